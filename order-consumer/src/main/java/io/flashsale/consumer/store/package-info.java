/** The way to MySQL: pool, schema, transactions, and which failures are the data's and which the infrastructure's. */
@NullMarked
package io.flashsale.consumer.store;

import org.jspecify.annotations.NullMarked;
