package io.flashsale.bench;

import java.util.Locale;

/** What a figure counts, how it is written, and what it could have been on a machine that nobody else used. */
enum Unit {
    PER_SECOND("/s"),
    MILLIS(" ms"),
    /** Of CPU, for one request. */
    CPU_MICROS(" µs"),
    BYTES(" B"),
    MEBIBYTES(" MiB"),
    /** Of things that there should be few of, or none. */
    COUNT(""),
    /** A quotient of two figures of one run. */
    RATIO("");

    final String sign;

    Unit(String sign) {
        this.sign = sign;
    }

    /**
     * The best that a figure could have been, had others not taken so much of a CPU, which may have been the one that mattered: of a rate the
     * share that was left was seen; a CPU time is lower by as much at most (their work leaves cold caches); a latency could have been anything
     * below; a count is what it is.
     */
    double undisturbed(double seen, double noise) {
        if (!Noise.much(noise)) {
            return seen;
        }
        return switch (this) {
            case PER_SECOND -> noise < 1 ? seen / (1 - noise) : Double.POSITIVE_INFINITY;
            case CPU_MICROS -> seen / (1 + noise);
            case MILLIS -> 0;
            case BYTES, MEBIBYTES, COUNT, RATIO -> seen;
        };
    }

    /** In as many digits as mean something. */
    String digits(double value) {
        boolean whole = this == PER_SECOND || this == BYTES || this == COUNT || Math.abs(value) >= 100;
        return String.format(Locale.ROOT, whole ? "%,.0f" : Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    }

    String show(double value) {
        return digits(value) + sign;
    }
}
