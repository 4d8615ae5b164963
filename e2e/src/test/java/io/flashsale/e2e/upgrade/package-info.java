/** From the previous version to this one while it sells: {@code ./flashsale test upgrade} has started the previous one. */
@NullMarked
package io.flashsale.e2e.upgrade;

import org.jspecify.annotations.NullMarked;
