package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How often the parts that keep orders told the kernel to bring data to the disk: fsync, fdatasync and msync, counted by perf at the
 * kernel's tracepoints, which costs the parts next to nothing. Needs perf and, with most kernels, root.
 */
final class Syncs {

    private static final List<String> PARTS = List.of("redis", "broker", "mysql");
    private static final String CALLS =
            "syscalls:sys_enter_fsync,syscalls:sys_enter_fdatasync,syscalls:sys_enter_msync";

    private final Map<String, Process> counters = new LinkedHashMap<>();

    private Syncs() {}

    static Syncs begin(Target target) {
        var syncs = new Syncs();
        for (String part : PARTS) {
            try {
                syncs.counters.put(
                        part,
                        new ProcessBuilder(
                                        "perf", "stat", "-x", ",", "-e", CALLS, "-p", Long.toString(target.pid(part)))
                                .redirectErrorStream(true)
                                .start());
            } catch (IOException noPerf) {
                return syncs;
            }
        }
        return syncs;
    }

    /** Calls for each of so many buys since the beginning, for people. */
    String end(long buys) {
        Map<String, Long> calls = new LinkedHashMap<>();
        counters.forEach((part, perf) -> calls.put(part, end(perf)));
        if (calls.isEmpty() || calls.containsValue(-1L)) {
            return "fsyncs not counted: perf is missing or not allowed to";
        }
        return "fsyncs for each: "
                + calls.entrySet().stream()
                        .map(e -> String.format(
                                Locale.ROOT, "%s %.4f", e.getKey(), e.getValue() / (double) Math.max(1, buys)))
                        .collect(Collectors.joining(", "));
    }

    /** -1 if perf could not count. */
    private static long end(Process perf) {
        try {
            Commands.run(List.of("kill", "-INT", Long.toString(perf.pid())), Map.of());
            String said = new String(perf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            perf.waitFor();
            // count,unit,event,…
            List<Long> counts = said.lines()
                    .filter(line -> line.contains("sys_enter_"))
                    .map(line -> line.split(",")[0])
                    .map(count -> count.matches("\\d+") ? Long.parseLong(count) : -1)
                    .toList();
            return counts.isEmpty() || counts.contains(-1L)
                    ? -1
                    : counts.stream().mapToLong(Long::longValue).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
