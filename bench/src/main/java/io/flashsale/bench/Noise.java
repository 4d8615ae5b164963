package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What others did with this machine's CPUs during a measurement: the time that the kernel counted as user's or system's or as stolen
 * by the hypervisor, less what the system under load, the generator and this program used. Whoever measures calls {@link #begin} and
 * {@link #end} around it, and {@link Series#add} keeps what was seen last. Interrupts are left out: the loopback's are ours.
 */
final class Noise {

    /** From so much of one CPU on, a figure is marked: some kernel threads and a monitoring agent stay below. */
    static final double MUCH = 0.10;

    private static final double TICKS_PER_SECOND = 100;

    private record Reading(long nanos, double busy, double ours) {}

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

    void end() {
        Reading ended = read();
        double seconds = (ended.nanos - began.nanos) / 1e9;
        // ticks of a hundredth of a second: under a second they say nothing
        last = seconds < 1 ? Double.NaN : Math.max(0, (ended.busy - began.busy - ended.ours + began.ours) / seconds);
    }

    /** How many CPUs others took during the last measurement; NaN if it was not watched. */
    static double last() {
        return last;
    }

    static boolean much(double cpus) {
        return cpus > MUCH;
    }

    private static Reading read() {
        Path system = home;
        double ours =
                Usage.ofThisProgram() + (system == null ? 0 : Usage.of(system).total());
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            return new Reading(System.nanoTime(), busy(lines.toList()), ours);
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/stat", e);
        }
    }

    /** CPU seconds of all processes since the start, niced ones and stolen time included. */
    static double busy(List<String> stat) {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice
        String[] field = stat.get(0).split("\\s+");
        long ticks = Long.parseLong(field[1])
                + Long.parseLong(field[2])
                + Long.parseLong(field[3])
                + Long.parseLong(field[8]);
        return ticks / TICKS_PER_SECOND;
    }
}
