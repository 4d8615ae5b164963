package io.flashsale.consumer.stock;

/** What happened to an order's units, and to which counter each of them went. Names as in {@code stock_ledger.event}. */
public enum LedgerEvent {
    HELD(-1, +1),
    CANCELLED(+1, -1),
    EXPIRED(+1, -1);

    final int available;
    final int held;

    LedgerEvent(int available, int held) {
        this.available = available;
        this.held = held;
    }
}
