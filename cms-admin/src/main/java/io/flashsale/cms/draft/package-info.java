/** What editors type before it is a promo: kept as it is typed, judged when it is handed in. */
@NullMarked
package io.flashsale.cms.draft;

import org.jspecify.annotations.NullMarked;
