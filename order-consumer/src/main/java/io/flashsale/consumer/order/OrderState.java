package io.flashsale.consumer.order;

/** States of an order's row. {@code QUEUED} is not among them: it means that there is no row yet. */
public enum OrderState {
    PENDING_PAYMENT,
    PAID,
    CANCELLED,
    EXPIRED,
    REJECTED,
    REFUND_PENDING,
    REFUNDED
}
