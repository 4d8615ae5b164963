/** Order rows and every change of their state. */
@NullMarked
package io.flashsale.consumer.order;

import org.jspecify.annotations.NullMarked;
