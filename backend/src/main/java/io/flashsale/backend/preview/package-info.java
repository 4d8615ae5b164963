/** A promo before it is on sale, for who has a link to it. */
@NullMarked
package io.flashsale.backend.preview;

import org.jspecify.annotations.NullMarked;
