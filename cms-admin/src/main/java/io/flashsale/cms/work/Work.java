package io.flashsale.cms.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A piece of long work.
 *
 * @param kind names it in the words of a page: {@code work.LIST}
 * @param done of {@code total}, in whatever the kind counts
 * @param stoppedBy who has asked it to stop; it may be done before it hears of that
 * @param outcome where what came of it is, once it is DONE; the code of a refusal, where it FAILED
 */
public record Work(
        long id,
        String kind,
        String title,
        String begunBy,
        Instant begunAt,
        int done,
        int total,
        State state,
        @Nullable String stoppedBy,
        @Nullable String outcome) {

    public enum State {
        RUNNING,
        DONE,
        /** Somebody had it stop; nothing of it was kept. */
        STOPPED,
        /** Nothing of it was kept. */
        FAILED,
        /** Nothing was heard of who did it, so it was given up, and who did it cannot finish it any more. */
        LOST
    }

    /** In hundredths, for a bar. */
    public int percent() {
        return total == 0 ? 100 : (int) (100L * done / total);
    }
}
