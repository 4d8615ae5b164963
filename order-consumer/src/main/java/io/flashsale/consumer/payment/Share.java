package io.flashsale.consumer.payment;

import org.jspecify.annotations.Nullable;

/**
 * What one order costs of a payment, and what that came to.
 *
 * @param state null while the payment is not {@link Payment.State#PAID}
 */
record Share(String paymentId, String orderId, long amountMinor, @Nullable State state, @Nullable String reason) {

    enum State {
        PAID,
        /** The money came after the order had expired: its units must be taken again, or it goes back. */
        LATE,
        /** It cannot stand, for {@code reason}: it goes back, by a refund. */
        REFUND_DUE,
        REFUNDED
    }
}
