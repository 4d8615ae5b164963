package io.flashsale.backend.traffic;

import java.util.Locale;

/** A row of {@code traffic_rule}: more than {@code threshold} of a measure within a window keep a subject out. */
record Rule(
        String name, String subject, String measure, int windowS, int threshold, int banS, String mode, int version) {

    boolean off() {
        return mode.equals("OFF");
    }

    boolean armed() {
        return mode.equals("ARMED");
    }

    Measure what() {
        return Measure.valueOf(measure.toUpperCase(Locale.ROOT));
    }

    /** Why it caught somebody, as the blacklist says it. */
    String says(long measured) {
        return measured + " " + what().words() + " in " + windowS + " s, where more than " + threshold
                + " are too many";
    }
}
