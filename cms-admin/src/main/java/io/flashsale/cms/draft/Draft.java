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
        State state,
        @Nullable Returned returned) {

    /** What it was handed in as last was sent back by a reviewer. */
    record Returned(String by, String note) {

        static @Nullable Returned of(@Nullable String by, @Nullable String note) {
            return by == null ? null : new Returned(by, note == null ? "" : note);
        }
    }

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
    record Line(
            long id,
            @Nullable Long promoId,
            String name,
            String editedBy,
            Instant editedAt,
            State state,
            boolean returned) {}
}
