package io.flashsale.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Figures, each alone or beside its limit, with the marks that judge them: as a table, as JSON and as plots. */
final class Report {

    /** A series and what its ratios are to; null: nothing. {@code grown}: the same at a greater size. */
    record Row(Series series, @Nullable Series limit, boolean grown) {}

    private final PrintStream progress;
    private final List<Row> rows = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    Report(PrintStream progress) {
        this.progress = progress;
    }

    void say(String text, Object... values) {
        progress.println("  … " + text.formatted(values));
    }

    /** What others are compared with. */
    void limit(Series series) {
        alone(series);
    }

    void besides(Series series, Series limit) {
        rows.add(new Row(series, limit, false));
    }

    /** The same measure at a greater size, beside that at a small one. */
    void growth(Series larger, Series smaller) {
        rows.add(new Row(larger, smaller, true));
    }

    void alone(Series series) {
        rows.add(new Row(series, null, false));
    }

    void mark(Mark mark) {
        marks.add(mark);
    }

    List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }

    List<Mark> marks() {
        return Collections.unmodifiableList(marks);
    }

    List<Series> series() {
        return rows.stream().map(Row::series).distinct().toList();
    }

    /** The mark on a series, beside a limit where that is what it judges. */
    Optional<Mark> markOf(Series series, @Nullable Series limit) {
        String beside = limit == null ? "" : limit.name();
        return marks.stream()
                .filter(m -> m.of().equals(series.name()) && m.beside().equals(beside))
                .findFirst();
    }

    /** Limits that something stands beside, and that stand beside nothing. */
    List<Series> roots() {
        return rows.stream()
                .filter(row -> row.limit() != null && !row.grown())
                .map(row -> root(row.series()))
                .distinct()
                .toList();
    }

    /** What stands beside a limit, or beside what stands beside it. */
    List<Series> besides(Series root) {
        return rows.stream()
                .filter(row -> row.limit() != null && !row.grown())
                .map(Row::series)
                .filter(series -> root(series) == root)
                .toList();
    }

    private Series root(Series series) {
        for (Row row : rows) {
            if (row.series() == series && row.limit() != null) {
                return root(row.limit());
            }
        }
        return series;
    }

    /** 0: all marks are met; 1: one is not; 3: one cannot be told for the noise. */
    int exitCode() {
        if (marks.stream().anyMatch(m -> m.verdict() == Mark.Verdict.NOT_MET)) {
            return 1;
        }
        return marks.stream().anyMatch(m -> m.verdict() == Mark.Verdict.CANNOT_TELL) ? 3 : 0;
    }

    String markdown(String title, Conditions conditions) {
        return new Table(this).markdown(title, conditions);
    }

    /** Writes the table, the figures and the plots, and returns the table's file. */
    Path write(Path folder, String name, String title, Conditions conditions) {
        try {
            Files.createDirectories(folder);
            var pictures = new StringBuilder();
            for (var plot : new Plots(this).all().entrySet()) {
                String file = "%s-%s.svg".formatted(name, plot.getKey());
                Files.writeString(folder.resolve(file), plot.getValue());
                pictures.append("\n![%s](%s)\n".formatted(plot.getKey().replace('-', ' '), file));
            }
            Files.writeString(folder.resolve(name + ".json"), new Json(this).text(title, conditions));
            return Files.writeString(folder.resolve(name + ".md"), markdown(title, conditions) + pictures);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }
}
