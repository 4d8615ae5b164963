/** What the system does for buyers and operators, seen from outside. */
@NullMarked
package io.flashsale.e2e.scenario;

import org.jspecify.annotations.NullMarked;
