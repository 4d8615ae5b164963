package io.flashsale.bench;

/** Who asks when: times are nanoseconds since the load began. One load is driven once, by one thread. */
interface Load {

    /** No request is to leave unless an answer comes first; with none under way, the load is over. */
    long NEVER = Long.MAX_VALUE;

    /** When the next request is meant to leave, which may be past. */
    long due(long now);

    /** Writes down the attempt that is due and returns its number in the history. */
    int next(History history, long now);

    /** An attempt was answered, or is lost. */
    default void ended(History history, int attempt, long now) {}
}
