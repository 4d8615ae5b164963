package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine and the programs that figures were measured with. */
final class Conditions {

    /** The kernel's load averages, read before anything of ours runs. */
    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).replaceAll(" \\d+/.*\\s*", "");
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/loadavg", e);
        }
    }

    /** Half a CPU's worth of others' work is enough to spoil a ratio on two. */
    static boolean busy(String load) {
        return Double.parseDouble(load.split(" ")[0]) > 0.5;
    }

    static String here(Path root, String loadBefore) {
        String commit = Commands.firstLine("git", "-C", root.toString(), "rev-parse", "--short", "HEAD");
        boolean dirty = !Commands.firstLine("git", "-C", root.toString(), "status", "--porcelain")
                .equals("?");
        return """
            - machine: %s, %d CPUs, %s, Linux %s
            - programs: %s; %s; %s; RocketMQ in this checkout; Java %s; %s
            - commit: %s%s
            - load average of the last minutes before it began: %s%s
            - everything runs on this one machine, the load generator included; ratios are to limits of the same run
            """
                .formatted(
                        cpu(),
                        Runtime.getRuntime().availableProcessors(),
                        memory(),
                        System.getProperty("os.version"),
                        Commands.firstLine(PlainNginx.nginx(), "-v"),
                        Commands.firstLine("redis-server", "--version").replaceAll(" (sha|malloc|bits|build)=\\S+", ""),
                        Commands.firstLine("mariadbd", "--version"),
                        System.getProperty("java.version"),
                        Commands.firstLine("wrk", "-v").replaceAll(" Copyright.*", ""),
                        commit,
                        dirty ? ", with changes" : "",
                        loadBefore,
                        busy(loadBefore)
                                ? "; OTHERS WERE AT WORK ON THIS MACHINE: these figures are not to be quoted"
                                : "");
    }

    private static String cpu() {
        return field("/proc/cpuinfo", "model name");
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

    private Conditions() {}
}
