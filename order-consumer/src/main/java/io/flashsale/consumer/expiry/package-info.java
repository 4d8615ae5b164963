/** Holds whose deadline has passed. */
@NullMarked
package io.flashsale.consumer.expiry;

import org.jspecify.annotations.NullMarked;
