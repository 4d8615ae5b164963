package io.flashsale.consumer.payment;

import org.jspecify.annotations.Nullable;

/**
 * Money that goes back.
 *
 * @param quantity units of the paid order; 0: a payment that could not stand
 * @param askedUnits as the request had it; null: all that was left
 * @param restock whether the units went back on sale
 */
record Refund(
        String id,
        String orderId,
        String paymentId,
        int quantity,
        @Nullable Integer askedUnits,
        boolean restock,
        long amountMinor,
        String currency,
        String reason,
        String requestedBy,
        String requestId,
        State state) {

    enum State {
        DUE,
        /** The provider has taken the order to. */
        SENT,
        /** The provider says that the money is back. */
        DONE
    }
}
