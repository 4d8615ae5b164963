package io.flashsale.e2e.fault;

import io.flashsale.e2e.client.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** The table of faults: a file of JSON per fault and run, and a page of Markdown of all that are there. */
final class Report {

    private static final Path FOLDER = Path.of("target", "faults");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static void add(Figures figures) {
        String name = figures.fault().replaceAll("[^A-Za-z0-9]+", "-");
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(
                    FOLDER.resolve(name + "@" + System.currentTimeMillis() + ".json"),
                    JSON.writeValueAsString(figures));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the figures of " + figures.fault(), e);
        }
    }

    /** Writes {@code target/faults/table.md}: all runs of what was tested last. */
    static void write() {
        if (!Files.isDirectory(FOLDER)) {
            return;
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Figures> all = files.filter(file -> file.toString().endsWith(".json"))
                    .map(Report::read)
                    .sorted(Comparator.comparing(Figures::at))
                    .toList();
            String newest = all.isEmpty() ? "" : all.get(all.size() - 1).commit();
            Map<String, List<Figures>> faults = all.stream()
                    .filter(figures -> figures.commit().equals(newest))
                    .collect(Collectors.groupingBy(Figures::fault, LinkedHashMap::new, Collectors.toList()));
            Files.writeString(FOLDER.resolve("table.md"), table(faults));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the table of faults", e);
        }
    }

    static String commit(Installation installation) {
        try {
            Process git = new ProcessBuilder(
                            "git", "-C", installation.root().toString(), "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("git does not tell the commit", e);
        }
    }

    private static Figures read(Path file) {
        try {
            return JSON.readValue(Files.readString(file), Figures.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String table(Map<String, List<Figures>> faults) {
        var text = new StringBuilder("| fault | case | runs | noticed, ms | by | recovered, ms | worst second |"
                + " errors of requests | p99 before → during, ms |\n"
                + "| --- | --- | --: | --: | --- | --: | --: | --: | --: |\n");
        faults.forEach((fault, runs) -> text.append("| %s | %s | %d | %s | %s | %s | %s | %s of %s | %s → %s |%n"
                .formatted(
                        fault,
                        runs.get(0).cases(),
                        runs.size(),
                        middle(runs, Figures::noticedMs),
                        runs.stream()
                                .map(Figures::noticedBy)
                                .filter(by -> !by.isEmpty())
                                .distinct()
                                .sorted()
                                .collect(Collectors.joining(", ")),
                        middle(runs, Figures::recoveredMs),
                        middle(runs, run -> Math.round(run.worst() * 100)) + " %",
                        middle(runs, Figures::errors),
                        middle(runs, Figures::requests),
                        middle(runs, Figures::before),
                        middle(runs, Figures::during))));
        return text.toString();
    }

    /** The median, and the range where there is one. */
    private static String middle(List<Figures> runs, ToLongFunction<Figures> figure) {
        long[] sorted = runs.stream().mapToLong(figure).sorted().toArray();
        String median = show(sorted[sorted.length / 2]);
        return sorted[0] == sorted[sorted.length - 1]
                ? median
                : median + " (" + show(sorted[0]) + "–" + show(sorted[sorted.length - 1]) + ")";
    }

    private static String show(long figure) {
        return figure < 0 ? "–" : Long.toString(figure);
    }

    private Report() {}
}
