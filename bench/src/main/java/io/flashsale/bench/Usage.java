package io.flashsale.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The CPU time that each part of the system has spent so far, in seconds, children of its process that live included (nginx's
 * workers). Read before and after a load; the kernel counts in hundredths of a second, so a load lasts seconds.
 *
 * @param seconds by the part's name, as {@code redis}
 */
record Usage(Map<String, Double> seconds) {

    private static final double TICKS_PER_SECOND = 100; // of /proc, on every Linux that runs here

    /** Of all parts of a system that are running. */
    static Usage of(Path home) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        try (Stream<Path> pids = Files.list(home.resolve("pids"))) {
            pids.sorted().forEach(file -> {
                String part = file.getFileName().toString();
                String pid = firstWord(file);
                // nginx keeps a file of its own beside the edge's: nginx.pid
                if (part.indexOf('.') < 0 && pid.matches("\\d+")) {
                    seconds.put(part, withChildren(Long.parseLong(pid)));
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("is the system up? " + home, e);
        }
        return new Usage(seconds);
    }

    /** Of this program and what it has started and not let go: the generators. Those that ended are in it. */
    static double ofThisProgram() {
        return Stream.concat(
                        Stream.of(ProcessHandle.current()),
                        ProcessHandle.current().descendants())
                .mapToDouble(process -> ofProcess(process.pid(), true))
                .sum();
    }

    double total() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
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

    private static double withChildren(long pid) {
        return ofProcess(pid, false)
                + ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .mapToDouble(child -> ofProcess(child.pid(), false))
                        .sum();
    }

    /** @param ended whether its children that ended count, too */
    private static double ofProcess(long pid, boolean ended) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = 0;
            for (int i = 11; i < (ended ? 15 : 13); i++) {
                ticks += Long.parseLong(fields[i]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException gone) {
            return 0;
        }
    }

    private static String firstWord(Path file) {
        try {
            return Files.readString(file).strip().split(" ")[0];
        } catch (IOException gone) {
            return "";
        }
    }
}
