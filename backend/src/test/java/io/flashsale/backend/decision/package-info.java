/** Tests. */
@NullMarked
package io.flashsale.backend.decision;

import org.jspecify.annotations.NullMarked;
