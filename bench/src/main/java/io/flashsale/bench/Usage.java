package io.flashsale.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The CPU time that each part of the system has spent so far, in seconds, children of its process that live included (nginx's
 * workers). Read before and after a load; the kernel counts in hundredths of a second, so a load lasts seconds.
 *
 * @param seconds by the part's name, as {@code redis}
 */
record Usage(Map<String, Double> seconds) {

    static final double TICKS_PER_SECOND = 100; // of /proc, on every Linux that runs here

    private static final long KERNEL_THREAD = 0x00200000;

    /** Of all parts of a system that are running. */
    static Usage of(Path home) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        parts(home)
                .forEach((part, pid) -> seconds.put(
                        part,
                        withDescendants(pid)
                                .mapToDouble(each -> stat(each, false))
                                .sum()));
        return new Usage(seconds);
    }

    /**
     * Seconds of CPU that all processes but {@link #ours} have had, those of their children that ended included, so that the end of one does not
     * change the sum. Kernel threads work for whoever asks, and are left out.
     */
    static double ofOthers(@Nullable Path home) {
        Set<Long> ours = ours(home);
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> !ours.contains(pid))
                .mapToDouble(pid -> stat(pid, true))
                .sum();
    }

    /** This program, the parts of the system under load, and what they have started. */
    static Set<Long> ours(@Nullable Path home) {
        Set<Long> ours = withDescendants(ProcessHandle.current().pid()).collect(Collectors.toSet());
        if (home != null) {
            parts(home).values().forEach(pid -> withDescendants(pid).forEach(ours::add));
        }
        return ours;
    }

    private static Map<String, Long> parts(Path home) {
        Map<String, Long> parts = new LinkedHashMap<>();
        try (Stream<Path> pids = Files.list(home.resolve("pids"))) {
            pids.sorted().forEach(file -> {
                String part = file.getFileName().toString();
                String pid = firstWord(file);
                // nginx keeps a file of its own beside the edge's: nginx.pid
                if (part.indexOf('.') < 0 && pid.matches("\\d+")) {
                    parts.put(part, Long.valueOf(pid));
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("is the system up? " + home, e);
        }
        return parts;
    }

    /** Microseconds of CPU for each of so many requests, by part, since an earlier reading. */
    Map<String, Double> microsSince(Usage before, long requests) {
        Map<String, Double> micros = new LinkedHashMap<>();
        seconds.forEach((part, now) -> micros.put(
                part, Math.max(0, now - before.seconds.getOrDefault(part, 0.0)) * 1e6 / Math.max(1, requests)));
        return micros;
    }

    /** For people: what takes part at all, the dearest first. */
    static String show(Map<String, Double> micros) {
        return micros.entrySet().stream()
                .filter(e -> e.getValue() >= 0.05)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .map(e -> String.format(Locale.ROOT, "%s %.1f µs", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static Stream<Long> withDescendants(long pid) {
        return Stream.concat(
                Stream.of(pid),
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .map(ProcessHandle::pid));
    }

    private static double stat(long pid, boolean ended) {
        try {
            return seconds(Files.readString(Path.of("/proc/" + pid + "/stat")), ended);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** @param ended whether children that ended count, too */
    static double seconds(String stat, boolean ended) {
        // 6 flags, 11 utime, 12 stime, 13 cutime, 14 cstime; the name before them may have blanks
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        if ((Long.parseLong(fields[6]) & KERNEL_THREAD) != 0) {
            return 0;
        }
        long ticks = 0;
        for (int i = 11; i < (ended ? 15 : 13); i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static String firstWord(Path file) {
        try {
            return Files.readString(file).strip().split(" ")[0];
        } catch (IOException gone) {
            return "";
        }
    }
}
