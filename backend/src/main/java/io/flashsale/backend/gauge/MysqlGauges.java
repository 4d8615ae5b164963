package io.flashsale.backend.gauge;

import io.flashsale.backend.background.Loop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Effects that MySQL owes Redis, findings that wait for a person, and MySQL's clock. Not a number where MySQL does not answer. */
@Component
final class MysqlGauges extends Loop {

    private final OwedMapper owed;
    private final Clock clock;
    private final MultiGauge findings;
    private volatile @Nullable Reading reading;

    MysqlGauges(OwedMapper owed, Clock clock, MeterRegistry meters) {
        super("mysql-gauges", Duration.ofSeconds(5));
        this.owed = owed;
        this.clock = clock;
        this.findings = MultiGauge.builder("flashsale_findings_open")
                .description("differences between the stores that wait for a person, by kind")
                .register(meters);
        gauge(meters, "flashsale_effects_due", "effects that Redis should have by now", Reading::effects);
        gauge(meters, "flashsale_effects_oldest_seconds", "how long the oldest has been due", Reading::oldestSeconds);
        Gauge.builder("flashsale_clock_offset_seconds", this, g -> g.of(Reading::clockOffset))
                .description("how far a store's clock is ahead of this process's")
                .tag("store", "mysql")
                .register(meters);
    }

    private void gauge(MeterRegistry meters, String name, String what, ToDoubleFunction<Reading> of) {
        Gauge.builder(name, this, g -> g.of(of)).description(what).register(meters);
    }

    private record Reading(long effects, double oldestSeconds, double clockOffset) {}

    private double of(ToDoubleFunction<Reading> value) {
        Reading now = reading;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

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
            reading = next;
            findings.register(rows, true);
        }
    }
}
