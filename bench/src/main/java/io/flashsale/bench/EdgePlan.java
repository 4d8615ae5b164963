package io.flashsale.bench;

/**
 * How long and how often at the edge. Its figures are those of LuaJIT, which is warm after a fraction of a second.
 *
 * @param starts of nginx
 * @param passes over all kinds of request, in each start
 * @param passSeconds of each kind, in each pass
 * @param seconds of a run, where nginx is started once
 * @param runs where nginx is started once
 * @param pool buyers, each with a session
 * @param skus what the catalogue grows to
 * @param entries what the blacklist grows to
 * @param buyers what the pool grows to
 */
record EdgePlan(
        int starts,
        int passes,
        double passSeconds,
        double seconds,
        int runs,
        int pool,
        int skus,
        int entries,
        int buyers) {

    static final EdgePlan WHOLE = new EdgePlan(10, 3, 0.4, 1, 5, 100_000, 10_000, 1_000_000, 1_000_000);

    static final EdgePlan QUICK = new EdgePlan(2, 1, 0.3, 0.3, 3, 2000, 100, 5000, 10_000);
}
