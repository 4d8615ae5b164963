package io.flashsale.cms.promo;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code withdrawal}.
 *
 * @param state ASKED, WITHDRAWN or REFUSED
 * @param refusal why it was refused
 * @param verdict what Redis said: WITHDRAWN, TOO_FEW or ENDED
 * @param verdictEpoch under which it said so; while it is the item's, the verdict counts
 */
record WithdrawalRow(
        long id,
        long promoItemId,
        String sku,
        int units,
        String reason,
        String requestedBy,
        String requestId,
        String state,
        @Nullable String refusal,
        @Nullable String verdict,
        @Nullable Long verdictEpoch) {

    static final String ASKED = "ASKED";
    static final String WITHDRAWN = "WITHDRAWN";
    static final String REFUSED = "REFUSED";

    boolean open() {
        return state.equals(ASKED);
    }
}
