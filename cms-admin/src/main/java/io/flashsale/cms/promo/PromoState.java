package io.flashsale.cms.promo;

/** Where a promo stands. Whether a LIVE one has begun is its window's to say; an ENDED one that was never published was cancelled. */
public enum PromoState {
    DRAFT,
    LIVE,
    PAUSED,
    ENDED
}
