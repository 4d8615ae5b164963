package io.flashsale.consumer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Takes orders from the queue into MySQL, ends holds that were not paid, and cancels. Runs the schema's migrations, so it starts before
 * the other services.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class ConsumerApplication {

    public static void main(String[] args) {
        rebalanceOften();
        SpringApplication.run(ConsumerApplication.class, args);
    }

    /** To the millisecond, as the columns keep it: what is compared in Java and what is compared in SQL are the same instants. */
    @Bean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), Duration.ofMillis(1));
    }

    @Bean
    MeterBinder buildInfo() {
        String version = ConsumerApplication.class.getPackage().getImplementationVersion();
        return meters -> Gauge.builder("flashsale.build.info", () -> 1)
                .description("the version that runs")
                .tag("version", version == null ? "unknown" : version)
                .register(meters);
    }

    /**
     * A member that asks who else is there while its connection is being made anew gets no answer, takes that for an answer, and reads
     * nothing until it asks again: by default after 20 s.
     */
    private static void rebalanceOften() {
        System.setProperty("rocketmq.client.rebalance.waitInterval", "2000");
    }
}
