/** A small model of the whole system, to show that the checker sees what it must see. */
@NullMarked
package io.flashsale.e2e.simulation;

import org.jspecify.annotations.NullMarked;
