package io.flashsale.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures with their conditions, as Markdown. */
final class Report {

    private final PrintStream progress;
    private final List<String> rows = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    Report(PrintStream progress) {
        this.progress = progress;
    }

    void say(String text, Object... values) {
        progress.println("  … " + text.formatted(values));
    }

    void limit(Series series) {
        row(series, "1");
    }

    void besides(Series series, Series limit) {
        row(series, "%.2f of %s".formatted(series.median() / limit.median(), limit.name()));
    }

    void alone(Series series) {
        row(series, "");
    }

    private void row(Series s, String ratio) {
        rows.add("| %s | %s | %s | %s | %s | %d | %s |"
                .formatted(
                        s.name(),
                        Series.show(s.median()),
                        s.range(),
                        ratio,
                        s.conditions(),
                        s.values().size(),
                        s.note()));
    }

    void mark(Mark mark) {
        marks.add(mark);
    }

    boolean allMet() {
        return marks.stream().allMatch(Mark::met);
    }

    String markdown(String name, String conditions) {
        var text = new StringBuilder("# Benchmark `%s`, %s%n%n".formatted(name, LocalDate.now(ZoneOffset.UTC)));
        text.append(conditions).append('\n');
        text.append("| measure | median/s | range/s | ratio | conditions | runs | last run |\n");
        text.append("| --- | ---: | ---: | --- | --- | ---: | --- |\n");
        rows.forEach(row -> text.append(row).append('\n'));
        if (!marks.isEmpty()) {
            text.append("\n");
            marks.forEach(mark -> text.append("- ").append(mark.show()).append('\n'));
        }
        return text.toString();
    }

    static Path write(Path root, String name, String markdown) {
        String file = "%s-%s.md".formatted(LocalDate.now(ZoneOffset.UTC), name.toLowerCase(Locale.ROOT));
        Path path = root.resolve("docs/benchmarks").resolve(file);
        try {
            Files.createDirectories(path.getParent());
            return Files.writeString(path, markdown);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }
}
