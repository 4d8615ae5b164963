package io.flashsale.bench;

import java.util.Map;
import java.util.stream.LongStream;

/** Every latency of a load, exactly; in milliseconds for readers. */
final class Latencies {

    private final long[] nanos;

    Latencies(LongStream nanos) {
        this.nanos = nanos.sorted().toArray();
    }

    /** The smallest latency that so many per cent do not exceed; 0 of none. */
    double ms(double percent) {
        if (nanos.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(nanos.length * percent / 100);
        return nanos[Math.max(0, rank - 1)] / 1e6;
    }

    /** As {@link Series#latency} takes them. */
    Map<Double, Double> percentiles() {
        return Map.of(50.0, ms(50), 99.0, ms(99), 99.9, ms(99.9));
    }
}
