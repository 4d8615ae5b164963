package io.flashsale.bench;

/**
 * How long and how often. A JVM's figures mean something after half a minute of load; a median wants five runs.
 *
 * @param id makes SKUs of one invocation its own
 */
record Plan(
        String id,
        int starts,
        double edgeSeconds,
        int sessions,
        int banned,
        int runs,
        double loadSeconds,
        double warmUp,
        double rawSeconds,
        double rawWarmUp) {

    static Plan whole(String id) {
        return new Plan(id, 5, 4, 5000, 2000, 5, 8, 35, 4, 20);
    }

    /** To see that all of it works; too short for figures to be quoted. */
    static Plan quick(String id) {
        return new Plan(id, 2, 2, 2000, 300, 3, 3, 8, 2, 4);
    }
}
