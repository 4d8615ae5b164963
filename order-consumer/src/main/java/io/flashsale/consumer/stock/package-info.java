/** Counters of promo items, the ledger behind them, and what they make MySQL owe Redis. */
@NullMarked
package io.flashsale.consumer.stock;

import org.jspecify.annotations.NullMarked;
