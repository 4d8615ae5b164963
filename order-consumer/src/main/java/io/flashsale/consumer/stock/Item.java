package io.flashsale.consumer.stock;

/** A promo item's row, as it is while this transaction holds its lock. */
public record Item(long id, String sku, int available, int restocked, long epoch, long version) {}
