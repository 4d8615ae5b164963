package io.flashsale.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A report for people, as Markdown. */
final class Table {

    private static final double LEAST_CPU_MICROS = 0.05;

    private final Report report;
    private final List<Series> series;
    private final StringBuilder text = new StringBuilder();

    Table(Report report) {
        this.report = report;
        this.series = report.series();
    }

    String markdown(String title, Conditions conditions) {
        text.setLength(0);
        text.append("# ")
                .append(title)
                .append("\n\n")
                .append(conditions.markdown())
                .append(noise());
        marks();
        figures();
        latencies();
        cpu();
        answers();
        return text.toString();
    }

    private String noise() {
        List<Double> seen = series.stream()
                .flatMap(s -> s.noise().stream())
                .filter(n -> !n.isNaN())
                .toList();
        if (seen.isEmpty()) {
            return "";
        }
        long noisy = seen.stream().filter(Noise::much).count();
        String most =
                percent(seen.stream().mapToDouble(Double::doubleValue).max().orElse(0));
        String sentence = noisy == 0
                ? "- noise: others took at most %s of a CPU during a run\n".formatted(most)
                : "- NOISE: others took more than %s of a CPU during %d of %d runs, at most %s; these figures are marked *, and a mark that the noise could decide is told as “cannot tell”\n"
                        .formatted(percent(Noise.MUCH), noisy, seen.size(), most);
        return sentence
                + limits().stream()
                        .filter(Series::unsteady)
                        .map(Table::unsteady)
                        .collect(Collectors.joining());
    }

    private static String unsteady(Series limit) {
        return "- UNSTEADY: the runs of %s lie %s apart; a mark within the range of the ratios to it is told as “cannot tell”\n"
                .formatted(limit.name(), percent((limit.highest() - limit.lowest()) / limit.median()));
    }

    private Set<Series> limits() {
        Set<Series> limits = new LinkedHashSet<>();
        for (Report.Row row : report.rows()) {
            if (row.limit() != null) {
                limits.add(row.limit());
            }
        }
        return limits;
    }

    private void marks() {
        if (report.marks().isEmpty()) {
            return;
        }
        head("Marks", "what", "mark:", "seen:", "range:", "verdict");
        for (Mark mark : report.marks()) {
            row(mark.name(), mark.wanted(), mark.shown(), mark.range(), mark.verdict().words);
        }
    }

    private void figures() {
        List<Report.Row> measured = report.rows().stream()
                .filter(r -> !r.series().values().isEmpty())
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        head(
                "Figures",
                "measure",
                "median:",
                "range:",
                "ratio",
                "offered:",
                "others:",
                "runs:",
                "conditions",
                "remarks");
        for (Report.Row row : measured) {
            Series s = row.series();
            row(
                    s.name(),
                    s.unit().show(s.median()) + (s.noisyRuns() > 0 ? " *" : ""),
                    s.range(),
                    ratio(row),
                    s.offered().isEmpty() ? "" : Unit.PER_SECOND.show(Series.median(s.offered())),
                    others(s),
                    Integer.toString(s.values().size()),
                    s.conditions(),
                    s.note());
        }
    }

    private static String ratio(Report.Row row) {
        Series limit = row.limit();
        if (limit == null) {
            return "";
        }
        Series ratios = row.series().ratios(limit);
        String range = ratios.values().size() > 1 ? " (%s)".formatted(ratios.range()) : "";
        String noisy = limit.noisyRuns() > 0 ? " *" : "";
        return "%s%s of %s%s".formatted(Unit.RATIO.show(ratios.median()), range, limit.name(), noisy);
    }

    /** From the quietest run to the loudest. */
    private static String others(Series s) {
        List<Double> seen = s.noise().stream().filter(n -> !n.isNaN()).sorted().toList();
        if (seen.isEmpty()) {
            return "";
        }
        String least = percent(seen.get(0));
        String most = percent(seen.get(seen.size() - 1));
        return least.equals(most) ? most : least.replace(" %", "") + "–" + most;
    }

    private void latencies() {
        List<Series> timed =
                series.stream().filter(s -> !s.percentiles().isEmpty()).toList();
        Set<Double> percentiles = new TreeSet<>();
        timed.forEach(s -> percentiles.addAll(s.percentiles()));
        if (timed.isEmpty()) {
            return;
        }
        List<String> columns = new ArrayList<>(List.of("measure"));
        percentiles.forEach(p -> columns.add(Series.p(p) + ":"));
        head("Latency, ms: median and range of the runs", columns.toArray(String[]::new));
        for (Series s : timed) {
            List<String> cells = new ArrayList<>(List.of(s.name()));
            for (double p : percentiles) {
                Series millis = s.percentile(p);
                cells.add(millis.values().isEmpty() ? "" : medianAndRange(millis));
            }
            row(cells.toArray(String[]::new));
        }
    }

    private static String medianAndRange(Series s) {
        String median = s.unit().digits(s.median());
        return s.values().size() == 1 ? median : "%s (%s)".formatted(median, s.range());
    }

    private void cpu() {
        List<Series> metered = series.stream().filter(s -> !s.cpu().isEmpty()).toList();
        Set<String> parts = new LinkedHashSet<>();
        metered.forEach(s -> s.cpu().forEach((part, micros) -> {
            if (micros >= LEAST_CPU_MICROS) {
                parts.add(part);
            }
        }));
        if (parts.isEmpty()) {
            return;
        }
        List<String> columns = new ArrayList<>(List.of("measure"));
        parts.forEach(part -> columns.add(part + ":"));
        columns.add("all:");
        head("CPU of each request, µs: medians", columns.toArray(String[]::new));
        for (Series s : metered) {
            List<String> cells = new ArrayList<>(List.of(s.name()));
            Map<String, Double> micros = s.cpu();
            parts.forEach(part -> cells.add(micros(micros.getOrDefault(part, 0.0))));
            cells.add(micros(
                    micros.values().stream().mapToDouble(Double::doubleValue).sum()));
            row(cells.toArray(String[]::new));
        }
    }

    private static String micros(double value) {
        return value < LEAST_CPU_MICROS ? "–" : String.format(Locale.ROOT, "%,.1f", value);
    }

    private void answers() {
        List<Series> counted = series.stream().filter(s -> !s.codes().isEmpty()).toList();
        if (counted.isEmpty()) {
            return;
        }
        head("Answers by code, all runs", "measure", "answers");
        for (Series s : counted) {
            row(
                    s.name(),
                    s.codes().entrySet().stream()
                            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                            .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue()))
                            .collect(Collectors.joining(", ")));
        }
    }

    /** @param columns those of figures end in a colon */
    private void head(String title, String... columns) {
        text.append("\n## ").append(title).append("\n\n");
        row(List.of(columns).stream().map(c -> c.replace(":", "")).toArray(String[]::new));
        row(List.of(columns).stream().map(c -> c.endsWith(":") ? "--:" : "---").toArray(String[]::new));
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String percent(double cpus) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * cpus);
    }
}
