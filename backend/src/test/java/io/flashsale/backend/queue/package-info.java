/** Tests. */
@NullMarked
package io.flashsale.backend.queue;

import org.jspecify.annotations.NullMarked;
