package io.flashsale.consumer.order;

import io.flashsale.consumer.stock.Movement;

/** The ways in which an unpaid order gives its units back: the state it ends in, the ledger's event, and who did it and why. */
public enum Ending {
    CANCELLED(OrderState.CANCELLED, Movement.Event.CANCELLED, "BUYER_CANCELLED"),
    EXPIRED(OrderState.EXPIRED, Movement.Event.EXPIRED, "HOLD_EXPIRED");

    private final OrderState state;
    private final Movement.Event event;
    private final String reason;

    Ending(OrderState state, Movement.Event event, String reason) {
        this.state = state;
        this.event = event;
        this.reason = reason;
    }

    OrderState state() {
        return state;
    }

    Movement.Event event() {
        return event;
    }

    String reason() {
        return reason;
    }
}
