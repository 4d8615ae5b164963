/** Links by which a promo is looked at in the shop's own pages before it is on sale. */
@NullMarked
package io.flashsale.cms.preview;

import org.jspecify.annotations.NullMarked;
