package io.flashsale.e2e.checker;

import java.time.Instant;

/** One consistent read of an item's counters while the run was going on; {@code store} names where. */
public record Sample(Instant at, String store, String sku, long published, long available, long held, long sold) {}
