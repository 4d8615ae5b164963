package io.flashsale.backend.web;

import io.flashsale.backend.config.Secrets;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class WebSetup {

    @Bean
    FilterRegistrationBean<InternalGate> internalGate(Secrets secrets) {
        var gate = new FilterRegistrationBean<>(new InternalGate(secrets));
        gate.addUrlPatterns("/internal/*");
        gate.setAsyncSupported(true);
        gate.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return gate;
    }

    @Bean
    FilterRegistrationBean<TraceFilter> traceFilter() {
        var filter = new FilterRegistrationBean<>(new TraceFilter());
        filter.addUrlPatterns("/api/*");
        return filter;
    }
}
