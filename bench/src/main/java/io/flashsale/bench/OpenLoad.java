package io.flashsale.bench;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Buyers who come at times of their own, whether or not others have been answered: so many in so many seconds, each moment as
 * likely as any other. The seed is fixed, so that runs are alike.
 */
final class OpenLoad implements Load {

    /** A person who hears "try again" does so when told, at the earliest; all in the same instant they would not. */
    private static final double PATIENCE_SPREAD_SECONDS = 1;

    private static final double PENDING_ASKED_AGAIN_SECONDS = 1;

    private record Again(long due, int buyer, int key) {}

    private final long[] arrivals;
    private final int buyers;
    private final boolean patient;
    private final long patienceEnds;
    private final Random random = new Random(7);
    private final PriorityQueue<Again> again = new PriorityQueue<>(Comparator.comparingLong(Again::due));
    private int arrived;

    /**
     * @param patient whether buyers who were told to try again do, with the same key, and those who know nothing ask again, for a
     *     minute at most
     */
    OpenLoad(int buyers, int arrivals, double seconds, boolean patient) {
        this.buyers = buyers;
        this.arrivals = random.doubles(arrivals)
                .mapToLong(moment -> (long) (moment * seconds * 1e9))
                .sorted()
                .toArray();
        this.patient = patient;
        this.patienceEnds = (long) ((seconds + 60) * 1e9);
    }

    @Override
    public long due(long now) {
        long first = arrived < arrivals.length ? arrivals[arrived] : NEVER;
        Again returning = again.peek();
        return returning == null ? first : Math.min(first, returning.due());
    }

    @Override
    public int next(History history, long now) {
        Again returning = again.peek();
        if (returning != null && (arrived == arrivals.length || returning.due() < arrivals[arrived])) {
            again.remove();
            return history.asked(returning.buyer(), returning.key(), returning.due());
        }
        int turn = arrived++;
        return history.asked(turn % buyers, turn / buyers, arrivals[turn]);
    }

    @Override
    public void ended(History history, int attempt, long now) {
        if (!patient || history.isFinal(attempt) || now > patienceEnds) {
            return;
        }
        double told = history.isUnknown(attempt) ? PENDING_ASKED_AGAIN_SECONDS : history.retryAfter(attempt);
        long due = now + (long) ((told + random.nextDouble() * PATIENCE_SPREAD_SECONDS) * 1e9);
        again.add(new Again(due, history.buyer(attempt), history.key(attempt)));
    }
}
