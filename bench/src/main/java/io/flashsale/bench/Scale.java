package io.flashsale.bench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** An axis: figures to pixels, with round numbers to write at it. Linear, or logarithmic where all figures are above zero. */
record Scale(double from, double to, boolean logarithmic, double pixels) {

    private static final double[] ROUND = {1, 2, 5};

    /** From zero to a little more than the highest. */
    static Scale linear(double highest, double pixels) {
        return new Scale(0, highest > 0 ? highest * 1.04 : 1, false, pixels);
    }

    /** From the round number below the lowest to the one above the highest. */
    static Scale logarithmic(double lowest, double highest, double pixels) {
        double from = round(lowest, false);
        double to = round(highest, true);
        return new Scale(from, to > from ? to : from * 10, true, pixels);
    }

    double at(double figure) {
        double share = logarithmic ? Math.log(figure / from) / Math.log(to / from) : (figure - from) / (to - from);
        return pixels * Math.max(0, Math.min(1, share));
    }

    /** Round numbers on it, ten at most. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            boolean fewDecades = Math.log10(to / from) <= 3;
            for (int exponent = (int) Math.floor(Math.log10(from)); Math.pow(10, exponent) <= to * 1.0001; exponent++) {
                for (double round : fewDecades ? ROUND : new double[] {1}) {
                    double tick = round * Math.pow(10, exponent);
                    if (tick >= from * 0.9999 && tick <= to * 1.0001) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }
        double step = round((to - from) / 8, true);
        for (long i = (long) Math.ceil(from / step); i * step <= to; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** Without a tail of zeros or of rounding. */
    static String text(double tick) {
        BigDecimal digits = new BigDecimal(tick).round(new java.math.MathContext(3));
        return digits.stripTrailingZeros().toPlainString();
    }

    private static double round(double value, boolean up) {
        double decade = Math.pow(10, Math.floor(Math.log10(value)));
        double below = decade;
        for (double round : ROUND) {
            double candidate = round * decade;
            if (up && candidate >= value * 0.9999) {
                return candidate;
            }
            if (candidate <= value * 1.0001) {
                below = candidate;
            }
        }
        return up ? 10 * decade : below;
    }
}
