package io.flashsale.slice;

import io.flashsale.consumer.testing.TestClock;
import java.time.Clock;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;

/** The whole consumer but for the queue and the sweep's timer: tests hand in deliveries, and say when to sweep and what time it is. */
@SpringBootConfiguration
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "io.flashsale.consumer")
@ConfigurationPropertiesScan("io.flashsale.consumer")
@ComponentScan(
        basePackages = "io.flashsale.consumer",
        excludeFilters =
                @Filter(
                        type = FilterType.REGEX,
                        pattern =
                                "io\\.flashsale\\.consumer\\.(ConsumerApplication|intake\\.Intake|intake\\.IntakeHealthIndicator|intake\\.QueuePulse)"))
public class WithoutQueue {

    @Bean
    Clock clock() {
        return new TestClock();
    }
}
