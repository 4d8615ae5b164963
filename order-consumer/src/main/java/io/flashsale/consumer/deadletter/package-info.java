/** What people do about parked messages: look, try again, discard. */
@NullMarked
package io.flashsale.consumer.deadletter;

import org.jspecify.annotations.NullMarked;
