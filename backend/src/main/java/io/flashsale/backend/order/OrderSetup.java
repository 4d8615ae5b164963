package io.flashsale.backend.order;

import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class OrderSetup {

    @Bean
    ServletRegistrationBean<IntakeEndpoint> intakeEndpoint(Intake intake, JsonMapper json) {
        var servlet = new ServletRegistrationBean<>(new IntakeEndpoint(intake, json), "/internal/orders");
        servlet.setAsyncSupported(true);
        servlet.setLoadOnStartup(1);
        return servlet;
    }
}
