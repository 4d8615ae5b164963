package io.flashsale.cms.access;

import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.settings.SecretFile;
import jakarta.servlet.DispatcherType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Deny by default; health and metrics are open to whoever is on the machine, the administration wants the operator's token. Nothing here lives in a cookie, so a page
 * of another site has nothing to ride on and there is no CSRF token to keep.
 */
@Configuration(proxyBeanMethods = false)
class Access {

    private static final int TOKEN_AT_LEAST = 32;

    @Bean
    SecurityFilterChain chain(HttpSecurity http, CmsSettings settings, JsonMapper json) {
        String token = SecretFile.read("FLASHSALE_OPERATOR_TOKEN_FILE", settings.operatorTokenFile(), TOKEN_AT_LEAST);
        var denials = new Denials(json);
        return http.sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .addFilterBefore(new BearerToken(token), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/livez", "/readyz", "/metrics")
                        .permitAll()
                        .requestMatchers("/api/admin/**")
                        .hasRole(BearerToken.ROLE)
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(
                        denied -> denied.authenticationEntryPoint(denials).accessDeniedHandler(denials))
                .headers(headers -> headers.contentSecurityPolicy(
                                csp -> csp.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(referrer -> {}))
                .build();
    }
}
