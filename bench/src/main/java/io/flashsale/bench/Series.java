package io.flashsale.bench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The runs of one measure, a figure each, with what else was seen in them. */
final class Series {

    /** From this spread of a limit's runs on, relative to their median, ratios to it are doubtful. */
    static final double UNSTEADY = 0.25;

    private final String name;
    private final String conditions;
    private final Unit unit;
    private final List<Double> values = new ArrayList<>();
    private final List<Double> noise = new ArrayList<>();
    private final List<Double> offered = new ArrayList<>();
    private final Map<String, Long> codes = new TreeMap<>();
    private final Map<String, List<Double>> cpu = new LinkedHashMap<>();
    private final Map<Double, List<Double>> latency = new TreeMap<>();
    private String note = "";

    /** Of rates per second. */
    Series(String name, String conditions) {
        this(name, conditions, Unit.PER_SECOND);
    }

    Series(String name, String conditions, Unit unit) {
        this.name = name;
        this.conditions = conditions;
        this.unit = unit;
    }

    /** The figure of one run, with the {@link Noise} of the measurement that has just ended. */
    void add(double value) {
        add(value, Noise.last());
    }

    void add(double value, double noiseCpus) {
        values.add(value);
        noise.add(noiseCpus);
    }

    /** Of one run: how many requests a second were to be sent, where the generator does not wait for answers. */
    void offered(double perSecond) {
        offered.add(perSecond);
    }

    /** Of one run: how many answers bore each code. */
    void codes(Map<String, Long> ofOneRun) {
        ofOneRun.forEach((code, n) -> codes.merge(code, n, Long::sum));
    }

    /** Of one run: microseconds of CPU for each request, by part. */
    void cpu(Map<String, Double> microsByPart) {
        microsByPart.forEach((part, micros) ->
                cpu.computeIfAbsent(part, p -> new ArrayList<>()).add(micros));
    }

    /** Of one run: milliseconds by percentile, as 99.9. */
    void latency(Map<Double, Double> millisByPercentile) {
        millisByPercentile.forEach((percentile, millis) ->
                latency.computeIfAbsent(percentile, p -> new ArrayList<>()).add(millis));
    }

    void note(String text) {
        note = text;
    }

    String name() {
        return name;
    }

    String conditions() {
        return conditions;
    }

    Unit unit() {
        return unit;
    }

    String note() {
        return note;
    }

    List<Double> values() {
        return Collections.unmodifiableList(values);
    }

    /** CPUs that others took, a figure for each value; NaN where nobody looked. */
    List<Double> noise() {
        return Collections.unmodifiableList(noise);
    }

    List<Double> offered() {
        return Collections.unmodifiableList(offered);
    }

    Map<String, Long> codes() {
        return Collections.unmodifiableMap(codes);
    }

    /** Medians over the runs. */
    Map<String, Double> cpu() {
        return medians(cpu);
    }

    /** A percentile's own series; empty if it was not measured. */
    Series percentile(double percentile) {
        var series = new Series(name + ", " + p(percentile), conditions, Unit.MILLIS);
        List<Double> millis = latency.getOrDefault(percentile, List.of());
        for (int i = 0; i < millis.size(); i++) {
            series.add(millis.get(i), i < noise.size() ? noise.get(i) : Double.NaN);
        }
        return series;
    }

    /** As p99.9. */
    static String p(double percentile) {
        return "p" + BigDecimal.valueOf(percentile).stripTrailingZeros().toPlainString();
    }

    Collection<Double> percentiles() {
        return Collections.unmodifiableSet(latency.keySet());
    }

    double median() {
        if (values.isEmpty()) {
            throw new IllegalStateException(name + " was not measured");
        }
        return median(values);
    }

    double lowest() {
        return Collections.min(values);
    }

    double highest() {
        return Collections.max(values);
    }

    /** Each run by the limit's run of the same number, so of the same start of nginx; by its median where their numbers differ. */
    Series ratios(Series limit) {
        boolean paired = values.size() == limit.values.size();
        var ratios = new Series(name, conditions, Unit.RATIO);
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / (paired ? limit.values.get(i) : limit.median()), noise.get(i));
        }
        return ratios;
    }

    double ratio(Series limit) {
        return ratios(limit).median();
    }

    double worstRatio(Series limit) {
        return ratios(limit).lowest();
    }

    /** Runs during which others took much of a CPU. */
    long noisyRuns() {
        return noise.stream().filter(Noise::much).count();
    }

    boolean unsteady() {
        return values.size() > 1 && (highest() - lowest()) / median() > UNSTEADY;
    }

    /** These runs as good as they could have been, had nobody else been there. */
    Series undisturbed() {
        var other = new Series(name, conditions, unit);
        for (int i = 0; i < values.size(); i++) {
            other.add(unit.undisturbed(values.get(i), noise.get(i)), Double.NaN);
        }
        return other;
    }

    String range() {
        return "%s–%s".formatted(unit.digits(lowest()), unit.digits(highest()));
    }

    static double median(List<Double> of) {
        List<Double> sorted = of.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static <K> Map<K, Double> medians(Map<K, List<Double>> runs) {
        Map<K, Double> medians = new LinkedHashMap<>();
        runs.forEach((key, values) -> medians.put(key, median(values)));
        return medians;
    }
}
