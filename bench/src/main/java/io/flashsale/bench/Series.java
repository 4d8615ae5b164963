package io.flashsale.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The runs of one measure, per second. */
final class Series {

    private final String name;
    private final String conditions;
    private final List<Double> values = new ArrayList<>();
    private String note = "";

    Series(String name, String conditions) {
        this.name = name;
        this.conditions = conditions;
    }

    void add(double perSecond) {
        values.add(perSecond);
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

    String note() {
        return note;
    }

    List<Double> values() {
        return Collections.unmodifiableList(values);
    }

    double median() {
        if (values.isEmpty()) {
            throw new IllegalStateException(name + " was not measured");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The lowest ratio of a run to the limit's run of the same number, so of the same start of nginx. */
    double worstRatio(Series limit) {
        double worst = Double.MAX_VALUE;
        for (int i = 0; i < Math.min(values.size(), limit.values.size()); i++) {
            worst = Math.min(worst, values.get(i) / limit.values.get(i));
        }
        return worst;
    }

    String range() {
        return "%s–%s".formatted(show(Collections.min(values)), show(Collections.max(values)));
    }

    static String show(double perSecond) {
        return String.format(Locale.ROOT, "%,.0f", perSecond);
    }
}
