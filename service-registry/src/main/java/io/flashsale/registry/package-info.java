/** Eureka, by which edges find the backends. */
@NullMarked
package io.flashsale.registry;

import org.jspecify.annotations.NullMarked;
