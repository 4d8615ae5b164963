/** What must hold for orders to be taken, and the endpoints that say so. */
@NullMarked
package io.flashsale.backend.health;

import org.jspecify.annotations.NullMarked;
