package io.flashsale.cms.promo;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a reviewer has said of a promo as it was handed in.
 *
 * @param note to those who wrote it; always there where it was returned
 */
public record Review(Verdict verdict, String by, Instant at, @Nullable String note) {

    public enum Verdict {
        APPROVED,
        RETURNED
    }

    /** What must have been said of it before a step. */
    enum Needed {
        NONE,
        /** Nothing yet. */
        OPEN,
        APPROVED
    }
}
