package io.flashsale.backend.traffic;

/**
 * That a rule caught somebody.
 *
 * @param kind as the blacklist names it
 * @param banS how long it keeps them out
 * @param countedTo the last second that was counted, on Redis's clock
 * @param armed whether it is kept out, and not only said
 */
record Catch(Rule rule, String kind, String value, long measured, int banS, long countedTo, boolean armed) {

    String source() {
        return "rule:" + rule.name();
    }

    String reason() {
        return rule.says(measured);
    }

    Catch lasting(int seconds) {
        return new Catch(rule, kind, value, measured, seconds, countedTo, armed);
    }

    /** It is only said. */
    Catch onTrial() {
        return new Catch(rule, kind, value, measured, banS, countedTo, false);
    }
}
