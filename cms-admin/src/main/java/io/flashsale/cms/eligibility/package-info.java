/** Lists of accounts that an item may be for alone. */
@NullMarked
package io.flashsale.cms.eligibility;

import org.jspecify.annotations.NullMarked;
