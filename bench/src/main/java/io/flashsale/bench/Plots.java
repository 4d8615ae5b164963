package io.flashsale.bench;

import static java.util.Objects.requireNonNull;

import io.flashsale.bench.Plot.Dot;
import io.flashsale.bench.Plot.Kind;
import io.flashsale.bench.Plot.Row;
import io.flashsale.bench.Plot.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The pictures of a report, by their names: what stands beside a limit, a picture for each limit, and latencies. */
final class Plots {

    private static final Map<Double, Shape> PERCENTILES = new LinkedHashMap<>();

    static {
        PERCENTILES.put(50.0, Shape.CIRCLE);
        PERCENTILES.put(99.0, Shape.DIAMOND);
        PERCENTILES.put(99.9, Shape.SQUARE);
    }

    private final Report report;

    Plots(Report report) {
        this.report = report;
    }

    /** SVG by the end of a file's name. */
    Map<String, String> all() {
        Map<String, String> plots = new LinkedHashMap<>();
        for (Series limit : report.roots()) {
            plots.put(fileName(limit), ratios(limit));
        }
        if (report.rows().stream().anyMatch(Report.Row::grown)) {
            plots.put("growth", growth());
        }
        if (report.series().stream().anyMatch(Plots::hasLatency)) {
            plots.put("latency", latency());
        }
        return plots;
    }

    private String growth() {
        var plot = new Plot("Growth", "ratio to the smallest", false);
        List<Report.Row> grown =
                report.rows().stream().filter(Report.Row::grown).toList();
        explain(plot, grown.stream().anyMatch(row -> row.series().noisyRuns() > 0), "median and range of the runs");
        boolean marked = false;
        for (Report.Row row : grown) {
            Series smaller = requireNonNull(row.limit());
            marked |= add(
                    plot,
                    row.series(),
                    smaller,
                    "%s → %s"
                            .formatted(
                                    smaller.unit().digits(smaller.median()),
                                    row.series().unit().show(row.series().median())));
        }
        if (marked) {
            plot.explain(Shape.BAR, Kind.MARK, "mark");
        }
        return plot.svg();
    }

    private static String fileName(Series limit) {
        return limit.name()
                .toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }

    private String ratios(Series limit) {
        var plot = new Plot("Beside " + limit.name(), "ratio to " + limit.name(), false);
        List<Series> besides = report.besides(limit);
        explain(
                plot,
                limit.noisyRuns()
                                + besides.stream().mapToLong(Series::noisyRuns).sum()
                        > 0,
                "median and range of the runs");
        add(plot, limit, limit, limit.unit().show(limit.median()));
        boolean marked = false;
        for (Series series : besides) {
            marked |= add(plot, series, limit, series.unit().show(series.median()));
        }
        if (marked) {
            plot.explain(Shape.BAR, Kind.MARK, "mark");
        }
        return plot.svg();
    }

    /** A row of ratios; returns whether it has a mark. */
    private boolean add(Plot plot, Series series, Series to, String figure) {
        Series ratios = series.ratios(to);
        List<Dot> dots = new ArrayList<>();
        Optional<Mark> mark = report.markOf(series, to);
        mark.ifPresent(m -> dots.add(new Dot(m.bound(), Shape.BAR, Kind.MARK)));
        dots.add(new Dot(ratios.median(), Shape.CIRCLE, kind(series, to)));
        plot.add(new Row(
                series.name(),
                ratios.lowest(),
                ratios.highest(),
                dots,
                "%s  (%s)".formatted(Unit.RATIO.show(ratios.median()), figure)));
        return mark.isPresent();
    }

    private String latency() {
        List<Series> shown = report.series().stream().filter(Plots::hasLatency).toList();
        var plot = new Plot("Latency: p50 · p99 · p99.9", "ms, logarithmic", true);
        PERCENTILES.forEach((percentile, shape) -> plot.explain(shape, Kind.SEEN, Series.p(percentile)));
        boolean noisy = shown.stream().anyMatch(series -> series.noisyRuns() > 0);
        if (noisy) {
            plot.explain(Shape.CIRCLE, Kind.NOISY, "others used the machine");
        }
        boolean marked = false;
        for (Series series : shown) {
            List<Dot> marks = new ArrayList<>();
            List<Dot> seen = new ArrayList<>();
            List<String> figures = new ArrayList<>();
            PERCENTILES.forEach((percentile, shape) -> {
                Series millis = series.percentile(percentile);
                if (!millis.values().isEmpty()) {
                    seen.add(new Dot(millis.median(), shape, kind(series)));
                    figures.add(Unit.MILLIS.digits(millis.median()));
                    report.markOf(millis, null).ifPresent(m -> marks.add(new Dot(m.bound(), shape, Kind.MARK)));
                }
            });
            marked |= !marks.isEmpty();
            double lowest = seen.get(0).at();
            double highest = seen.get(seen.size() - 1).at();
            List<Dot> dots = new ArrayList<>(marks);
            dots.addAll(seen);
            plot.add(new Row(series.name(), lowest, highest, dots, String.join(" · ", figures)));
        }
        if (marked) {
            plot.explain(Shape.DIAMOND, Kind.MARK, "mark of that percentile");
        }
        return plot.svg();
    }

    private static void explain(Plot plot, boolean noisy, String words) {
        plot.explain(Shape.CIRCLE, Kind.SEEN, words);
        if (noisy) {
            plot.explain(Shape.CIRCLE, Kind.NOISY, "others used the machine");
        }
    }

    private static Kind kind(Series... of) {
        return Stream.of(of).anyMatch(series -> series.noisyRuns() > 0) ? Kind.NOISY : Kind.SEEN;
    }

    private static boolean hasLatency(Series series) {
        return PERCENTILES.keySet().stream().anyMatch(p -> series.percentiles().contains(p));
    }
}
