package io.flashsale.consumer.settings;

import io.flashsale.telemetry.Tracing;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TracingSetup {

    @Bean
    Tracing tracing(ConsumerSettings settings) {
        String url = settings.otlpUrl();
        return Tracing.to("flashsale-consumer", url.isEmpty() ? null : url, settings.traceSample());
    }
}
