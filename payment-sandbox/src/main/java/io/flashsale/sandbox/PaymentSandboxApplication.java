package io.flashsale.sandbox;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the payment sandbox. No money moves anywhere. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class PaymentSandboxApplication {

    public static void main(String[] args) {
        SpringApplication.run(PaymentSandboxApplication.class, args);
    }
}
