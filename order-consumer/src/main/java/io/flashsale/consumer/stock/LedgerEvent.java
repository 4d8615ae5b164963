package io.flashsale.consumer.stock;

/** What happened to an order's units, and to which counter each of them went. Names as in {@code stock_ledger.event}. */
public enum LedgerEvent {
    HELD(-1, +1, 0),
    CANCELLED(+1, -1, 0),
    EXPIRED(+1, -1, 0),
    /** Sold all the same, since the payment of an expired order came late and there were units left. */
    RETAKEN(-1, 0, +1),
    PAID(0, -1, +1),
    /** Sold units came back with a refund and are on sale again. */
    RETURNED(+1, 0, -1),
    /** Money went back, the units did not. */
    REFUNDED(0, 0, 0);

    final int available;
    final int held;
    final int sold;

    LedgerEvent(int available, int held, int sold) {
        this.available = available;
        this.held = held;
        this.sold = sold;
    }
}
