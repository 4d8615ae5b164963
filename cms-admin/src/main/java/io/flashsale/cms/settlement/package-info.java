/** What a promo came to when it is over: units, orders and money, each order to be checked by anybody. */
@NullMarked
package io.flashsale.cms.settlement;

import org.jspecify.annotations.NullMarked;
