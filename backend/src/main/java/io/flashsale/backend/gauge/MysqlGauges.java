package io.flashsale.backend.gauge;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** Effects that MySQL owes Redis, findings that wait for a person, and MySQL's clock. Not a number where MySQL does not answer. */
@Component
final class MysqlGauges extends Gauges<MysqlGauges.Reading> {

    private final OwedMapper owed;
    private final Clock clock;
    private final MultiGauge findings;

    MysqlGauges(OwedMapper owed, Clock clock, MeterRegistry meters) {
        super("mysql-gauges", Duration.ofSeconds(5));
        this.owed = owed;
        this.clock = clock;
        this.findings = MultiGauge.builder("flashsale_findings_open")
                .description("differences between the stores that wait for a person, by kind")
                .register(meters);
        gauge(meters, "flashsale_effects_due", "effects that Redis should have by now", Reading::effects);
        gauge(meters, "flashsale_effects_oldest_seconds", "how long the oldest has been due", Reading::oldestSeconds);
        gauge(
                meters,
                "flashsale_clock_offset_seconds",
                "how far a store's clock is ahead of this process's",
                Reading::clockOffset,
                "store",
                "mysql");
    }

    record Reading(long effects, double oldestSeconds, double clockOffset) {}

    @Override
    protected void run() {
        Reading next = null;
        List<Row<?>> rows = new ArrayList<>();
        try {
            long before = clock.millis();
            double offset = (owed.now() - (before + clock.millis()) / 2) / 1000.0;
            var effects = owed.effects();
            for (var each : owed.findings()) {
                rows.add(Row.of(Tags.of("kind", each.kind()), each.open()));
            }
            next = new Reading(effects.due(), effects.oldestMs() / 1000, offset);
        } finally {
            show(next);
            findings.register(rows, true);
        }
    }
}
