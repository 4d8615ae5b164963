package io.flashsale.bench;

import io.flashsale.bench.Plot.Dot;
import io.flashsale.bench.Plot.Kind;
import io.flashsale.bench.Plot.Row;
import io.flashsale.bench.Plot.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pictures of a report: ratios to each limit that several figures stand beside, all other ratios in one, growth, latencies. */
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
        List<Series> alone = new ArrayList<>();
        for (Series limit : report.roots()) {
            if (report.besides(limit).size() == 1) {
                alone.add(limit);
            } else {
                plots.put(fileName(limit), besides(limit));
            }
        }
        if (!alone.isEmpty()) {
            plots.put("own-limits", eachBesideItsOwn(alone));
        }
        if (report.rows().stream().anyMatch(Report.Row::grown)) {
            plots.put("growth", growth());
        }
        if (report.series().stream().anyMatch(Plots::hasLatency)) {
            plots.put("latency", latency());
        }
        return plots;
    }

    private static String fileName(Series limit) {
        return limit.name()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }

    private String besides(Series limit) {
        Plot plot = ofRatios("Beside " + limit.name(), "ratio to " + limit.name());
        add(plot, limit, limit, limit.unit().show(limit.median()));
        report.besides(limit).forEach(s -> add(plot, s, limit, s.unit().show(s.median())));
        return plot.svg();
    }

    private String eachBesideItsOwn(List<Series> limits) {
        Plot plot = ofRatios("Each beside a limit of its own", "ratio to its limit");
        limits.forEach(limit -> report.besides(limit).forEach(s -> add(plot, s, limit, both(s, " of ", limit))));
        return plot.svg();
    }

    private String growth() {
        Plot plot = ofRatios("Growth", "ratio to the smallest");
        for (Report.Row row : report.rows()) {
            if (row.grown() && row.limit() != null) {
                add(plot, row.series(), row.limit(), both(row.limit(), " → ", row.series()));
            }
        }
        return plot.svg();
    }

    private static String both(Series one, String word, Series other) {
        return one.unit().digits(one.median()) + word + other.unit().show(other.median());
    }

    private static Plot ofRatios(String title, String axis) {
        return new Plot(title, axis, false)
                .explain(Shape.CIRCLE, Kind.SEEN, "median and range of the runs")
                .explain(Shape.CIRCLE, Kind.NOISY, "others used the machine")
                .explain(Shape.BAR, Kind.MARK, "mark");
    }

    private void add(Plot plot, Series series, Series to, String figure) {
        Series ratios = series.ratios(to);
        List<Dot> dots = new ArrayList<>();
        report.markOf(series, to).ifPresent(mark -> dots.add(new Dot(mark.bound(), Shape.BAR, Kind.MARK)));
        dots.add(new Dot(ratios.median(), Shape.CIRCLE, kind(series, to)));
        plot.add(new Row(
                series.name(),
                ratios.lowest(),
                ratios.highest(),
                dots,
                "%s  (%s)".formatted(Unit.RATIO.show(ratios.median()), figure)));
    }

    private String latency() {
        var plot = new Plot("Latency: p50 · p99 · p99.9", "ms, logarithmic", true);
        PERCENTILES.forEach((percentile, shape) -> plot.explain(shape, Kind.SEEN, Series.p(percentile)));
        plot.explain(Shape.CIRCLE, Kind.NOISY, "others used the machine");
        plot.explain(Shape.DIAMOND, Kind.MARK, "mark of that percentile");
        report.series().stream().filter(Plots::hasLatency).forEach(series -> {
            List<Dot> marks = new ArrayList<>();
            List<Dot> seen = new ArrayList<>();
            PERCENTILES.forEach((percentile, shape) -> {
                Series millis = series.percentile(percentile);
                if (!millis.values().isEmpty()) {
                    seen.add(new Dot(millis.median(), shape, kind(series)));
                    report.markOf(millis, null).ifPresent(m -> marks.add(new Dot(m.bound(), shape, Kind.MARK)));
                }
            });
            String figures =
                    seen.stream().map(dot -> Unit.MILLIS.digits(dot.at())).collect(Collectors.joining(" · "));
            double lowest = seen.get(0).at();
            double highest = seen.get(seen.size() - 1).at();
            plot.add(new Row(
                    series.name(),
                    lowest,
                    highest,
                    Stream.concat(marks.stream(), seen.stream()).toList(),
                    figures));
        });
        return plot.svg();
    }

    private static Kind kind(Series... of) {
        return Stream.of(of).anyMatch(series -> series.noisyRuns() > 0) ? Kind.NOISY : Kind.SEEN;
    }

    private static boolean hasLatency(Series series) {
        return PERCENTILES.keySet().stream().anyMatch(p -> series.percentiles().contains(p));
    }
}
