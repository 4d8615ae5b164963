package io.flashsale.backend.order;

import io.flashsale.backend.config.Settings;
import io.flashsale.telemetry.Tracing;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class OrderSetup {

    @Bean
    Tracing tracing(Settings settings) {
        return Tracing.to("flashsale-backend", settings.otlpUrl(), settings.traceSample());
    }

    @Bean
    ServletRegistrationBean<IntakeEndpoint> intakeEndpoint(Intake intake, JsonMapper json, Tracing tracing) {
        var servlet = new ServletRegistrationBean<>(new IntakeEndpoint(intake, json, tracing), "/internal/orders");
        servlet.setAsyncSupported(true);
        servlet.setLoadOnStartup(1);
        return servlet;
    }
}
