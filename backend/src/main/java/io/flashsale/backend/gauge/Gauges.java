package io.flashsale.backend.gauge;

import io.flashsale.backend.background.Loop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gauges that are read together, now and then. While there is no reading they are not a number, so that nobody takes an old one for today's.
 *
 * @param <R> one reading
 */
abstract class Gauges<R> extends Loop {

    private volatile @Nullable R reading;

    Gauges(String name, Duration period) {
        super(name, period);
    }

    /** @param next null: the store did not answer */
    final void show(@Nullable R next) {
        reading = next;
    }

    final double of(ToDoubleFunction<R> value) {
        R now = reading;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    final void gauge(MeterRegistry meters, String name, String what, ToDoubleFunction<R> of, String... tags) {
        Gauge.builder(name, this, g -> g.of(of)).description(what).tags(tags).register(meters);
    }
}
