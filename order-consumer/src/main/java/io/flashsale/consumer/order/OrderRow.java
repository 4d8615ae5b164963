package io.flashsale.consumer.order;

/** What the rules need to know of an order that is in MySQL. */
public record OrderRow(
        String id, long promoItemId, String sku, String userId, int quantity, int refunded, OrderState state) {}
