package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What others did with this machine's CPUs during a measurement: the time of all processes but the system under load, the generator and
 * this program, and what the hypervisor stole. Whoever measures calls {@link #begin} and {@link #end} around it, and {@link Series#add} keeps
 * what was seen last.
 */
final class Noise {

    /** From so much of one CPU on, a figure is marked: some kernel threads and a monitoring agent stay below. */
    static final double MUCH = 0.10;

    private record Reading(long nanos, double others) {}

    /** What others used of how long one looked, both in seconds. */
    record Seen(double used, double seconds) {

        Seen and(Seen more) {
            return new Seen(used + more.used, seconds + more.seconds);
        }

        /** How many CPUs that is; NaN where it was too short to tell: ticks are a hundredth of a second. */
        double cpus() {
            return seconds < 1 ? Double.NaN : Math.max(0, used / seconds);
        }
    }

    private static volatile @Nullable Path home;
    private static volatile double last = Double.NaN;

    private final Reading began;

    private Noise(Reading began) {
        this.began = began;
    }

    /** The system whose parts are ours. */
    static void systemUnderLoad(Path home) {
        Noise.home = home;
    }

    static Noise begin() {
        last = Double.NaN;
        return new Noise(read());
    }

    Seen end() {
        Reading ended = read();
        var seen = new Seen(ended.others - began.others, (ended.nanos - began.nanos) / 1e9);
        last = seen.cpus();
        return seen;
    }

    /** How many CPUs others took during the last measurement; NaN if it was not watched. */
    static double last() {
        return last;
    }

    static boolean much(double cpus) {
        return cpus > MUCH;
    }

    private static Reading read() {
        double others = Usage.ofOthers(home);
        try {
            return new Reading(System.nanoTime(), others + stolen(Files.readString(Path.of("/proc/stat"))));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/stat", e);
        }
    }

    /** Seconds of all CPUs. */
    static double stolen(String stat) {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice
        return Long.parseLong(stat.split("\\s+")[8]) / Usage.TICKS_PER_SECOND;
    }
}
