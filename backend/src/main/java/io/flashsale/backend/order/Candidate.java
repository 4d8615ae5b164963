package io.flashsale.backend.order;

import io.flashsale.contract.StockKeys;

/** A reservation that is to become an order. {@code decided}: its verdict was SEND already, so only sending is left. */
record Candidate(String orderId, StockKeys keys, String userId, int level, int quantity, boolean decided) {}
