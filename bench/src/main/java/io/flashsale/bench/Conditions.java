package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The machine and the programs that figures were measured with.
 *
 * @param loadBefore the kernel's load averages before anything of ours ran
 */
record Conditions(String machine, List<String> programs, String commit, String loadBefore) {

    /** As bench/run saw them before it built this. */
    static String load() {
        String load = System.getProperty("flashsale.load");
        if (load == null) {
            throw new IllegalStateException("flashsale.load is not set: run ./flashsale bench");
        }
        return load;
    }

    /** Half a CPU's worth of others' work is enough to spoil a ratio on two. */
    static boolean busy(String load) {
        return Double.parseDouble(load.split(" ")[0]) > 0.5;
    }

    static Conditions here(Path root, String loadBefore) {
        String commit = Commands.firstLine("git", "-C", root.toString(), "rev-parse", "--short", "HEAD");
        boolean dirty = !Commands.firstLine("git", "-C", root.toString(), "status", "--porcelain")
                .equals("?");
        return new Conditions(
                "%s, %d CPUs, %s, Linux %s"
                        .formatted(
                                field("/proc/cpuinfo", "model name"),
                                Runtime.getRuntime().availableProcessors(),
                                memory(),
                                System.getProperty("os.version")),
                List.of(
                        Commands.firstLine(Nginx.program(), "-v"),
                        Commands.firstLine("redis-server", "--version").replaceAll(" (sha|malloc|bits|build)=\\S+", ""),
                        Commands.firstLine("mariadbd", "--version"),
                        "RocketMQ in this checkout",
                        "Java " + System.getProperty("java.version"),
                        Commands.firstLine("wrk", "-v").replaceAll(" Copyright.*", "")),
                commit + (dirty ? ", with changes" : ""),
                loadBefore);
    }

    String markdown() {
        return """
            - machine: %s
            - programs: %s
            - commit: %s
            - load average of the last minutes before it began: %s%s
            - everything runs on this one machine, the load generator included; ratios are to limits of the same run
            """
                .formatted(
                        machine,
                        String.join("; ", programs),
                        commit,
                        loadBefore,
                        busy(loadBefore)
                                ? "; OTHERS WERE AT WORK ON THIS MACHINE: these figures are not to be quoted"
                                : "");
    }

    private static String memory() {
        String kilobytes = field("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
        return kilobytes.isEmpty() ? "?" : Long.parseLong(kilobytes) / 1024 / 1024 + " GiB";
    }

    private static String field(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(l -> l.startsWith(name))
                    .map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("?");
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
