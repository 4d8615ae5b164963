package io.flashsale.backend.traffic;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What was counted of one subject in the last minute, by second. For one thread. */
final class Counts {

    /** The longest window of a rule, in seconds. */
    static final int KEPT_SECONDS = 60;

    /** A second with more has so many. */
    private static final int MOST_PARTNERS = 1000;

    private static final class Second {
        private final long at;
        private int requests;
        private int throttled;
        private int failed;
        private int malformed;
        private final Set<Integer> partners = new HashSet<>(2);

        private Second(long at) {
            this.at = at;
        }
    }

    private final Deque<Second> seconds = new ArrayDeque<>(2);

    /** @param at the second; one that is before the last counts as the last */
    void add(long at, Report.Line line) {
        Second second = seconds.peekLast();
        if (second == null || second.at < at) {
            second = new Second(at);
            seconds.addLast(second);
            while (seconds.getFirst().at <= at - KEPT_SECONDS) {
                seconds.removeFirst();
            }
        }
        second.requests += line.requests();
        second.throttled += line.throttled();
        second.failed += line.failed();
        second.malformed += line.malformed();
        List<Integer> partners = line.partners();
        for (int i = 0; i < partners.size() && second.partners.size() < MOST_PARTNERS; i++) {
            second.partners.add(partners.get(i));
        }
    }

    /** @return of the seconds after {@code after} */
    long measure(Measure measure, long after) {
        long sum = 0;
        Set<Integer> partners = new HashSet<>();
        for (Second second : seconds) {
            if (second.at > after) {
                switch (measure) {
                    case REQUESTS -> sum += second.requests;
                    case THROTTLED -> sum += second.throttled;
                    case FAILED -> sum += second.failed;
                    case MALFORMED -> sum += second.malformed;
                    case PARTNERS -> partners.addAll(second.partners);
                }
            }
        }
        return measure == Measure.PARTNERS ? partners.size() : sum;
    }
}
