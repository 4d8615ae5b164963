package io.flashsale.bench;

/**
 * How long and how often. A JVM's figures mean something after half a minute of load; a median wants five runs.
 *
 * @param id makes SKUs of one invocation its own
 */
record Plan(
        String id,
        EdgePlan edge,
        int sessions,
        int runs,
        double loadSeconds,
        double warmUp,
        double rawSeconds,
        double rawWarmUp) {

    static Plan whole(String id) {
        return new Plan(id, EdgePlan.WHOLE, 5000, 5, 8, 35, 4, 20);
    }

    /** To see that all of it works; too short for figures to be quoted. */
    static Plan quick(String id) {
        return new Plan(id, EdgePlan.QUICK, 2000, 3, 3, 8, 2, 4);
    }
}
