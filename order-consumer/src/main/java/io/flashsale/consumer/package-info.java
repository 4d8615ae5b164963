/** Durable orders and the stock ledger: the only writer of order rows. */
@NullMarked
package io.flashsale.consumer;

import org.jspecify.annotations.NullMarked;
