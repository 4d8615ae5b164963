package io.flashsale.cms.draft;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody has typed so far.
 *
 * @param promoId what it became when it was last handed in
 * @param unchanged whether it is as it was handed in
 * @param version rises with each save
 */
record Draft(
        long id,
        @Nullable Long promoId,
        boolean unchanged,
        int version,
        DraftForm form,
        String editedBy,
        Instant editedAt,
        State state) {

    enum State {
        /** Not handed in, or what it became was cancelled. */
        WRITING,
        /** Handed in and not published; it can be changed and handed in anew. */
        WAITING,
        /** What it became is on sale, or over. */
        CLOSED,
        DISCARDED;

        public boolean open() {
            return this == WRITING || this == WAITING;
        }
    }

    /** One of a list. */
    record Line(long id, @Nullable Long promoId, String name, String editedBy, Instant editedAt, State state) {}
}
