/** From a reservation to a queued order, and what buyers ask about it. */
@NullMarked
package io.flashsale.backend.order;

import org.jspecify.annotations.NullMarked;
