package io.flashsale.consumer.order;

import io.flashsale.consumer.stock.LedgerEvent;

/** The ways in which an unpaid order gives its units back: the state it ends in, the ledger's event, and who did it and why. */
public enum Ending {
    CANCELLED(OrderState.CANCELLED, LedgerEvent.CANCELLED, "BUYER_CANCELLED"),
    EXPIRED(OrderState.EXPIRED, LedgerEvent.EXPIRED, "HOLD_EXPIRED");

    private final OrderState state;
    private final LedgerEvent event;
    private final String reason;

    Ending(OrderState state, LedgerEvent event, String reason) {
        this.state = state;
        this.event = event;
        this.reason = reason;
    }

    OrderState state() {
        return state;
    }

    LedgerEvent event() {
        return event;
    }

    String reason() {
        return reason;
    }
}
