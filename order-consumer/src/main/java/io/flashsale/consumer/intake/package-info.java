/** From the queue to MySQL, in batches. */
@NullMarked
package io.flashsale.consumer.intake;

import org.jspecify.annotations.NullMarked;
