package io.flashsale.bench;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a figure should be, and what it was. Where others used the machine meanwhile, {@code worst} and {@code best} are what the figure
 * could have been without them; if the mark lies between, nothing can be told.
 *
 * @param lowest of the runs that {@code seen} is made of
 * @param most whether the mark is an upper limit
 * @param of the series that is judged, and {@code beside} which limit; empty where it is another kind of figure
 */
record Mark(
        String name,
        double seen,
        double lowest,
        double highest,
        double worst,
        double best,
        double bound,
        boolean most,
        Unit unit,
        String of,
        String beside) {

    enum Verdict {
        MET("met"),
        NOT_MET("NOT MET"),
        CANNOT_TELL("cannot tell");

        final String words;

        Verdict(String words) {
            this.words = words;
        }
    }

    /** A ratio that is what it is. */
    Mark(String name, double ratio, double atLeast) {
        this(name, ratio, ratio, ratio, ratio, ratio, atLeast, false, Unit.RATIO, "", "");
    }

    /** The median of the ratios to a limit. */
    static Mark atLeast(String name, Series series, Series limit, double bound) {
        return ofRatios(name, series, limit, Series::median, bound, false);
    }

    /** The lowest of the ratios to a limit. */
    static Mark worstAtLeast(String name, Series series, Series limit, double bound) {
        return ofRatios(name, series, limit, Series::lowest, bound, false);
    }

    /** The lowest of the ratios to a limit by the median of them all. */
    static Mark steady(String name, Series series, Series limit, double bound) {
        Series ratios = series.ratios(limit);
        Series low = series.ratios(limit.undisturbed());
        Series high = series.undisturbed().ratios(limit);
        double seen = ratios.lowest() / ratios.median();
        return new Mark(
                name,
                seen,
                seen,
                ratios.highest() / ratios.median(),
                low.lowest() / high.median(),
                high.lowest() / low.median(),
                bound,
                false,
                Unit.RATIO,
                "",
                "");
    }

    /** The median of the ratios to what it grew from. */
    static Mark atMost(String name, Series series, Series from, double bound) {
        return ofRatios(name, series, from, Series::median, bound, true);
    }

    /** The median of a time or a size. */
    static Mark atMost(String name, Series series, double bound) {
        double seen = series.median();
        double best = series.undisturbed().median();
        return new Mark(
                name,
                seen,
                series.lowest(),
                series.highest(),
                seen,
                best,
                bound,
                true,
                series.unit(),
                series.name(),
                "");
    }

    /** A figure that is what it is. */
    static Mark atMost(String name, double seen, double bound, Unit unit) {
        return new Mark(name, seen, seen, seen, seen, seen, bound, true, unit, "", "");
    }

    /** What noise took from the figure made its ratio worse, what it took from the limit better; under a limit that wavers any run may be right. */
    private static Mark ofRatios(
            String name, Series series, Series limit, ToDoubleFunction<Series> statistic, double bound, boolean most) {
        Series ratios = series.ratios(limit);
        double one = statistic.applyAsDouble(series.ratios(limit.undisturbed()));
        double other = statistic.applyAsDouble(series.undisturbed().ratios(limit));
        double worst = limit.unsteady() ? Math.min(one, ratios.lowest()) : one;
        double best = limit.unsteady() ? Math.max(other, ratios.highest()) : other;
        return new Mark(
                name,
                statistic.applyAsDouble(ratios),
                ratios.lowest(),
                ratios.highest(),
                worst,
                best,
                bound,
                most,
                Unit.RATIO,
                series.name(),
                limit.name());
    }

    Verdict verdict() {
        if (met(worst) != met(best)) {
            return Verdict.CANNOT_TELL;
        }
        return met(seen) ? Verdict.MET : Verdict.NOT_MET;
    }

    private boolean met(double figure) {
        return most ? figure <= bound : figure >= bound;
    }

    String wanted() {
        return (most ? "≤ " : "≥ ") + (unit == Unit.RATIO ? unit.show(bound) : Scale.text(bound) + unit.sign);
    }

    /** What was seen, in one digit more where it would read like the mark that it misses. */
    String shown() {
        boolean alike = !met(seen) && unit.show(seen).equals(unit.show(bound));
        return alike ? String.format(Locale.ROOT, "%.3f%s", seen, unit.sign) : unit.show(seen);
    }

    /** Empty where it is one figure. */
    String range() {
        return lowest == highest ? "" : unit.digits(lowest) + "–" + unit.digits(highest);
    }
}
