/** What goes on in a promo now, told to the pages that look at it. */
@NullMarked
package io.flashsale.cms.live;

import org.jspecify.annotations.NullMarked;
