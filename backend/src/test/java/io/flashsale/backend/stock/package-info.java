/** Tests. */
@NullMarked
package io.flashsale.backend.stock;

import org.jspecify.annotations.NullMarked;
