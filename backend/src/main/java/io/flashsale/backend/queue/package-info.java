/** The way to RocketMQ: batches, markers, and the rules that stop sending when the broker is slow. */
@NullMarked
package io.flashsale.backend.queue;

import org.jspecify.annotations.NullMarked;
