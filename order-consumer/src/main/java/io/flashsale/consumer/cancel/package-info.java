/** The buyer gives an order back. */
@NullMarked
package io.flashsale.consumer.cancel;

import org.jspecify.annotations.NullMarked;
