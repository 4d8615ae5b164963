package io.flashsale.cms;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts cms-admin. There are no built-in users: the operator's token lets the first one in. */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
@ConfigurationPropertiesScan
@EnableScheduling
public class CmsAdminApplication {

    public static void main(String[] args) {
        SpringApplication.run(CmsAdminApplication.class, args);
    }

    @Bean
    MeterBinder buildInfo() {
        String version = CmsAdminApplication.class.getPackage().getImplementationVersion();
        return meters -> Gauge.builder("flashsale.build.info", () -> 1)
                .description("the version that runs")
                .tag("version", version == null ? "unknown" : version)
                .register(meters);
    }
}
