/** Messages that cannot become orders, kept with their reason. */
@NullMarked
package io.flashsale.consumer.parking;

import org.jspecify.annotations.NullMarked;
