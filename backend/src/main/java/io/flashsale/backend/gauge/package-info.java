/** What a watcher of the system sees of the stores, as gauges: read now and then, on a thread of its own, beside the sale. */
@NullMarked
package io.flashsale.backend.gauge;

import org.jspecify.annotations.NullMarked;
