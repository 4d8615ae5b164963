/** Payments of orders: asked of a provider, heard of by its signed events, and given back where they cannot stand. */
@NullMarked
package io.flashsale.consumer.payment;

import org.jspecify.annotations.NullMarked;
