/** The hot stock: function library, lease, rebuild, effects and catalogue. The only package that talks to stock keys. */
@NullMarked
package io.flashsale.backend.stock;

import org.jspecify.annotations.NullMarked;
