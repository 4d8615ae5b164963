/** Spans of orders (docs/adr/0016): which are recorded, what they are called after, and their way to a collector. And what the queue's client logs. */
@NullMarked
package io.flashsale.telemetry;

import org.jspecify.annotations.NullMarked;
