package io.flashsale.consumer.payment;

import org.jspecify.annotations.Nullable;

/** One attempt to pay for some orders at once; what each of them came to is its {@link Share}'s to say. */
record Payment(
        String id,
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
        /** The money came as it was asked for. */
        PAID,
        FAILED,
        /** Other money came than was asked for, for {@code reason}: it pays nothing and goes back whole, by a refund. */
        REFUND_DUE,
        REFUNDED
    }
}
