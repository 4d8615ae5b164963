package io.flashsale.bench;

import java.time.Duration;

/**
 * A load and how it is brought about.
 *
 * @param stock units for sale, of which each buy takes one
 * @param open connections that stand before it begins
 * @param connections at most at a time
 * @param seconds in which new requests leave
 * @param watched how often MySQL is asked how far it is
 * @param fsyncsCounted costs the parts a little time
 */
record Demand(
        Load load, int stock, int open, int connections, double seconds, Duration watched, boolean fsyncsCounted) {

    private static final int ENOUGH = 10_000_000;

    /** In a closed load; so many that nothing waits for buyers. */
    static final int AT_ONCE = 256;

    /** More than are ever under way at less than capacity, so that nobody waits for a connection. */
    private static final int MANY = 4000;

    static final int PAGES_OPEN = 14_000;

    static final Duration NOW_AND_THEN = Duration.ofMillis(250);

    /** As many as can be served. */
    static Demand crowd(int buyers, double seconds) {
        return closed(buyers, seconds, Long.MAX_VALUE);
    }

    /** Each buyer once, as many as can be served in the time. */
    static Demand eachOnce(int buyers, double seconds) {
        return closed(buyers, seconds, buyers);
    }

    private static Demand closed(int buyers, double seconds, long most) {
        return new Demand(
                new ClosedLoad(buyers, AT_ONCE, seconds, most), ENOUGH, AT_ONCE, AT_ONCE, seconds, NOW_AND_THEN, false);
    }

    /** So many a second, at times of their own. */
    static Demand steady(int buyers, double perSecond, double seconds) {
        return new Demand(
                new OpenLoad(buyers, (int) (perSecond * seconds), seconds, false),
                ENOUGH,
                AT_ONCE,
                MANY,
                seconds,
                NOW_AND_THEN,
                false);
    }

    /**
     * Each buyer once, all within seconds, patient. They wait for it with the page open, so as many connections stand as nginx has
     * room for by default, which is 8,192 for each worker; everyone whose order is under way keeps one.
     */
    static Demand stampede(int buyers, int units, double seconds) {
        return new Demand(
                new OpenLoad(buyers, buyers, seconds, true),
                units,
                PAGES_OPEN,
                PAGES_OPEN,
                seconds,
                Duration.ofMillis(25),
                false);
    }

    Demand countingFsyncs() {
        return new Demand(load, stock, open, connections, seconds, watched, true);
    }
}
