/** What a page shows of one item. */
@NullMarked
package io.flashsale.backend.item;

import org.jspecify.annotations.NullMarked;
