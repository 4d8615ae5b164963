package io.flashsale.backend;

import io.flashsale.backend.queue.SentinelLog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Policy, enqueue, relay, rebuild and the buyer's order API. Takes nothing from Redis and sells nothing by itself: the edge does. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Backend {

    public static void main(String[] args) {
        SentinelLog.load();
        SpringApplication.run(Backend.class, args);
    }

    @Bean
    MeterBinder buildInfo() {
        String version = Backend.class.getPackage().getImplementationVersion();
        return meters -> Gauge.builder("flashsale.build.info", () -> 1)
                .description("the version that runs")
                .tag("version", version == null ? "unknown" : version)
                .register(meters);
    }
}
