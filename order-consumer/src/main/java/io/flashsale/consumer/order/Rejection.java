package io.flashsale.consumer.order;

/** Why an accepted reservation became a {@code REJECTED} order; kept in {@code orders.reason}. A rejected order binds no request key. */
public enum Rejection {
    /** MySQL has fewer units than Redis sold. Proves Redis wrong. */
    STOCK_CEILING(true),
    /** The buyer's request key belongs to another order. Proves Redis wrong: it had forgotten the key. */
    REQUEST_BOUND(true),
    /** Its message could not be written and was given up by hand. What Redis holds for it is released. */
    DISCARDED(false),
    /** Its epoch was over, and the marker passed, before it came. The item was rebuilt without it, so Redis owes nothing. */
    STALE_EPOCH(false);

    private final boolean provesRedisWrong;

    Rejection(boolean provesRedisWrong) {
        this.provesRedisWrong = provesRedisWrong;
    }

    boolean provesRedisWrong() {
        return provesRedisWrong;
    }
}
