/** What a watcher of the system sees of MySQL's books, as gauges: read now and then, locking nothing. */
@NullMarked
package io.flashsale.consumer.gauge;

import org.jspecify.annotations.NullMarked;
