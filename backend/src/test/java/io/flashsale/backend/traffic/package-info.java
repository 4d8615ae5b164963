/** Tests. */
@NullMarked
package io.flashsale.backend.traffic;

import org.jspecify.annotations.NullMarked;
