/** Tests. */
@NullMarked
package io.flashsale.backend.policy;

import org.jspecify.annotations.NullMarked;
