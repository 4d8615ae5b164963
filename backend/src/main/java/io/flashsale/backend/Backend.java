package io.flashsale.backend;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Policy, enqueue, relay, rebuild and the buyer's order API. Takes nothing from Redis and sells nothing by itself: the edge does. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Backend {

    public static void main(String[] args) {
        SpringApplication.run(Backend.class, args);
    }
}
