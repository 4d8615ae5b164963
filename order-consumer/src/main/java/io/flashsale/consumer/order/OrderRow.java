package io.flashsale.consumer.order;

import org.jspecify.annotations.Nullable;

/** What the rules need to know of an order that is in MySQL, and its trace id. */
public record OrderRow(
        String id,
        long promoItemId,
        String sku,
        String userId,
        int quantity,
        int refunded,
        OrderState state,
        @Nullable String traceId) {}
