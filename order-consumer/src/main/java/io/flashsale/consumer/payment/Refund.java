package io.flashsale.consumer.payment;

/**
 * Money that goes back.
 *
 * @param quantity units of the paid order; 0: a payment that could not stand
 * @param restock whether the units went back on sale
 */
record Refund(
        String id,
        String orderId,
        String paymentId,
        int quantity,
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
