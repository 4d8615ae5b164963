package io.flashsale.consumer.payment;

import org.jspecify.annotations.Nullable;

/** One attempt to pay one order. */
record Payment(
        String id,
        String orderId,
        String provider,
        @Nullable String providerRef,
        @Nullable String payUrl,
        long amountMinor,
        String currency,
        @Nullable Long receivedMinor,
        State state,
        @Nullable String reason) {

    enum State {
        /** Opened, or about to be; nothing is known of money. */
        CREATED,
        PAID,
        FAILED,
        /** The money came after the order had expired: its units must be taken again, or it goes back. */
        LATE,
        /** The money cannot stand, for {@code reason}: it goes back, by a refund. */
        REFUND_DUE,
        REFUNDED
    }
}
