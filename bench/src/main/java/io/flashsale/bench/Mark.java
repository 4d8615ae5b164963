package io.flashsale.bench;

import java.util.Locale;

/** A ratio to a limit, what it should be at least, and whether it is. */
record Mark(String name, double ratio, double atLeast) {

    boolean met() {
        return ratio >= atLeast;
    }

    String show() {
        return String.format(
                Locale.ROOT, "%s: %.2f, at least %.2f: %s", name, ratio, atLeast, met() ? "met" : "NOT MET");
    }
}
