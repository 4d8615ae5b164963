/** Tests. */
@NullMarked
package io.flashsale.backend.order;

import org.jspecify.annotations.NullMarked;
