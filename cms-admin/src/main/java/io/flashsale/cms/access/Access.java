package io.flashsale.cms.access;

import static org.springframework.security.config.Customizer.withDefaults;

import io.flashsale.cms.people.People;
import io.flashsale.cms.people.Role;
import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.settings.SecretFile;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.core.serializer.DefaultDeserializer;
import org.springframework.core.serializer.support.SerializingConverter;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;
import tools.jackson.databind.json.JsonMapper;

/**
 * Deny by default. The administration by programs wants the operator's token in a header, and knows no cookie; health and metrics are
 * open to whoever is on the machine. The pages want a person who has logged in, and each form the token that the page came with.
 */
@Configuration(proxyBeanMethods = false)
class Access {

    private static final int TOKEN_AT_LEAST = 32;
    private static final String COOKIE = "flashsale-cms";

    private static final String[] ALL =
            Arrays.stream(Role.values()).map(Role::name).toArray(String[]::new);

    @Bean
    OperatorToken operatorToken(CmsSettings settings) {
        return new OperatorToken(
                SecretFile.read("FLASHSALE_OPERATOR_TOKEN_FILE", settings.operatorTokenFile(), TOKEN_AT_LEAST));
    }

    /** The shop's own cookie may be of the same host: cookies do not know ports. */
    @Bean
    CookieSerializer sessionCookie(CmsSettings settings) {
        var cookie = new DefaultCookieSerializer();
        cookie.setCookieName(COOKIE);
        // Who comes by a link from elsewhere is still logged in; what changes anything is a form with a token.
        cookie.setSameSite("Lax");
        if (settings.profile() == CmsSettings.Profile.PRODUCTION) {
            cookie.setUseSecureCookie(true); // it is behind TLS, and sees none of it
        }
        return cookie;
    }

    /** What another version of a library wrote is no session any more, and nobody's error. */
    @Bean
    @SuppressWarnings("NullAway") // a converter may answer null, and its lambda cannot say so
    ConversionService springSessionConversionService() {
        var conversion = new GenericConversionService();
        conversion.addConverter(Object.class, byte[].class, new SerializingConverter());
        var reading = new DefaultDeserializer();
        conversion.addConverter(byte[].class, Object.class, bytes -> {
            try {
                return reading.deserializeFromByteArray(bytes);
            } catch (IOException unreadable) {
                return null;
            }
        });
        return conversion;
    }

    @Bean
    SecurityContextRepository contexts() {
        return new HttpSessionSecurityContextRepository();
    }

    @Bean
    @Order(1)
    SecurityFilterChain doorOfPrograms(HttpSecurity http, OperatorToken token, JsonMapper json) {
        var denials = new Denials(json);
        return http.securityMatcher("/api/**", "/livez", "/readyz", "/metrics", "/actuator/**")
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .addFilterBefore(new BearerToken(token), AuthorizationFilter.class)
                .authorizeHttpRequests(
                        requests -> requests.requestMatchers(HttpMethod.GET, "/livez", "/readyz", "/metrics")
                                .permitAll()
                                .requestMatchers("/api/admin/**")
                                .hasAuthority(BearerToken.AUTHORITY)
                                .anyRequest()
                                .denyAll())
                .exceptionHandling(
                        denied -> denied.authenticationEntryPoint(denials).accessDeniedHandler(denials))
                .headers(headers -> headers.contentSecurityPolicy(
                                csp -> csp.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(withDefaults()))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain doorOfPeople(
            HttpSecurity http, People people, SecurityContextRepository contexts, Clock clock) {
        var entrance = new Entrance();
        return http.authenticationProvider(new PersonProvider(people, clock))
                .securityContext(context -> context.securityContextRepository(contexts))
                .addFilterBefore(new UploadGuard(), CsrfFilter.class)
                .addFilterBefore(new PersonGuard(people, clock), AnonymousAuthenticationFilter.class)
                // A session of its own: what still writes to the old one writes to nothing.
                .sessionManagement(session -> session.sessionFixation(fixation -> fixation.newSession()))
                .requestCache(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .formLogin(form -> form.loginPage("/login")
                        .usernameParameter("name")
                        .successHandler(entrance)
                        .failureHandler(entrance))
                .logout(logout -> logout.logoutSuccessUrl("/login?left").deleteCookies(COOKIE))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers("/login", "/assets/**", "/webjars/**")
                        .permitAll()
                        .requestMatchers("/password")
                        .authenticated()
                        .requestMatchers("/people", "/people/**")
                        .hasRole(Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.GET, "/images/*/*", "/lists/*")
                        .hasAnyRole(ALL)
                        .requestMatchers(
                                "/drafts", "/drafts/**", "/images", "/images/**", "/lists", "/lists/**", "/works/**")
                        .hasAnyRole(Role.EDITOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers("/previews", "/previews/**")
                        .hasAnyRole(
                                Role.EDITOR.name(),
                                Role.REVIEWER.name(),
                                Role.OPERATOR.name(),
                                Role.ADMINISTRATOR.name())
                        .requestMatchers("/blacklist", "/blacklist/**", "/traffic", "/traffic/**")
                        .hasAnyRole(Role.RISK.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.GET, "/decisions")
                        .hasAnyRole(Role.RISK.name(), Role.AUDITOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(
                                HttpMethod.GET,
                                "/audit",
                                "/orders",
                                "/orders/*",
                                "/promos/*/settlement",
                                "/promos/*/settlement/orders")
                        .hasAnyRole(Role.AUDITOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.GET, "/reconciliation")
                        .hasAnyRole(Role.OPERATOR.name(), Role.AUDITOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.POST, "/reconciliation/**")
                        .hasAnyRole(Role.OPERATOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.POST, "/promos/*/approve", "/promos/*/return")
                        .hasAnyRole(Role.REVIEWER.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.POST, "/promos/**")
                        .hasAnyRole(Role.OPERATOR.name(), Role.ADMINISTRATOR.name())
                        .requestMatchers(HttpMethod.GET, "/", "/promos/*", "/promos/*/live", "/monitor", "/monitor/**")
                        .hasAnyRole(ALL)
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(
                        denied -> denied.authenticationEntryPoint(entrance).accessDeniedHandler(entrance))
                .headers(headers -> headers.contentSecurityPolicy(
                                csp -> csp.policyDirectives(
                                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                                                + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(withDefaults()))
                .build();
    }
}
