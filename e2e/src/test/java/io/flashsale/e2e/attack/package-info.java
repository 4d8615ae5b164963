/** What must have no effect. */
@NullMarked
package io.flashsale.e2e.attack;

import org.jspecify.annotations.NullMarked;
