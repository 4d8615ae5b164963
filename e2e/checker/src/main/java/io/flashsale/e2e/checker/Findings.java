package io.flashsale.e2e.checker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects findings. */
final class Findings {
    private final List<Finding> found = new ArrayList<>();

    void add(String invariant, String text, @Nullable Object... values) {
        found.add(new Finding(invariant, text.formatted(values)));
    }

    List<Finding> all() {
        return found;
    }
}
