package io.flashsale.bench;

import io.flashsale.e2e.checker.Sample;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A load that was judged and broke no invariant. */
final class Sale {

    private final String sku;
    private final double seconds;
    private final History history;
    private final List<Sample> samples;
    private final Map<String, Double> cpuMicros;
    private final String fsyncs;
    private final double noise;
    /** When each was accepted, in nanoseconds since the load began, in order. */
    private final long[] accepted;

    /**
     * @param seconds in which new requests left
     * @param samples of the item's counters in MySQL, from before the first request until nothing was owed any more
     * @param cpuMicros CPU time for each accepted buy, by part
     * @param fsyncs for each accepted buy, in words, where they were counted
     * @param noise CPUs that others took meanwhile
     */
    Sale(
            String sku,
            double seconds,
            History history,
            List<Sample> samples,
            Map<String, Double> cpuMicros,
            String fsyncs,
            double noise) {
        this.sku = sku;
        this.seconds = seconds;
        this.history = history;
        this.samples = samples;
        this.cpuMicros = cpuMicros;
        this.fsyncs = fsyncs;
        this.noise = noise;
        this.accepted = history.endings(History.RESERVED::equals);
    }

    String sku() {
        return sku;
    }

    History history() {
        return history;
    }

    /** A figure of this load, with how noisy it was. */
    void add(double figure, Series into) {
        into.add(figure, noise);
    }

    /** What accepted buys came to, with codes, CPU and latencies; who was told PENDING, or nothing, waited as well. */
    void addAccepted(Series into) {
        add(acceptedPerSecond(), into);
        into.codes(history.codes());
        into.cpu(cpuMicros);
        into.latency(history.latencies(code -> !History.isRefusal(code)).percentiles());
    }

    /** Attempts that were to be made. */
    double offeredPerSecond() {
        return history.size() / seconds;
    }

    String fsyncs() {
        return fsyncs;
    }

    /** Accepted buys while requests left, per second. */
    double acceptedPerSecond() {
        return countUntilEnd(accepted) / seconds;
    }

    /** Refusals while requests left, those that ask to come again included, per second. */
    double refusedPerSecond() {
        return countUntilEnd(history.endings(History::isRefusal)) / seconds;
    }

    double secondsUntilLastAccepted() {
        return accepted[accepted.length - 1] / 1e9;
    }

    /** Orders in MySQL at the end. */
    long rows() {
        return samples.get(samples.size() - 1).held();
    }

    /** Rows that were there when the last request had left, per second. */
    double persistedPerSecond() {
        return atEnd().held() / seconds;
    }

    /** For how long the oldest accepted buy that was no row yet had been accepted, when the last request had left. */
    double secondsBehindAtEnd() {
        return secondsBehind(atEnd());
    }

    double mostSecondsBehind() {
        return samples.stream().mapToDouble(this::secondsBehind).max().orElse(0);
    }

    /** From the last answer RESERVED until MySQL held every unit that it held in the end; 0 when that was earlier. */
    double secondsUntilDurable() {
        long held = rows();
        long durable = samples.stream()
                .filter(sample -> sample.held() == held)
                .mapToLong(this::nanos)
                .min()
                .orElseThrow();
        return accepted.length == 0 ? 0 : Math.max(0, (durable - accepted[accepted.length - 1]) / 1e9);
    }

    private double countUntilEnd(long[] endings) {
        return Arrays.stream(endings).filter(at -> at <= seconds * 1e9).count();
    }

    private Sample atEnd() {
        Sample last = samples.get(0);
        for (Sample sample : samples) {
            last = nanos(sample) <= seconds * 1e9 ? sample : last;
        }
        return last;
    }

    private double secondsBehind(Sample sample) {
        long now = nanos(sample);
        int rows = (int) sample.held();
        return rows < accepted.length && accepted[rows] < now ? (now - accepted[rows]) / 1e9 : 0;
    }

    private long nanos(Sample sample) {
        return Duration.between(history.at(0), sample.at()).toNanos();
    }
}
