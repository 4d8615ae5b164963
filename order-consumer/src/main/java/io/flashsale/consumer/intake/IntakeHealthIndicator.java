package io.flashsale.consumer.intake;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness, as {@code intake}: ready when orders are being taken. */
@Component
class IntakeHealthIndicator implements HealthIndicator {

    private final Intake intake;

    IntakeHealthIndicator(Intake intake) {
        this.intake = intake;
    }

    @Override
    public Health health() {
        String trouble = intake.trouble();
        return trouble == null
                ? Health.up().build()
                : Health.outOfService().withDetail("trouble", trouble).build();
    }
}
