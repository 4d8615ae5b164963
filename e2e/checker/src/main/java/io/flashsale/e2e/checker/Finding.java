package io.flashsale.e2e.checker;

/** One broken promise, with the ids that show it. */
public record Finding(String invariant, String text) {
    @Override
    public String toString() {
        return invariant + " " + text;
    }
}
