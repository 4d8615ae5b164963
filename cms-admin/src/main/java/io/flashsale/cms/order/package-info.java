/** What buyers have ordered, for those who look after it. Reads only. */
@NullMarked
package io.flashsale.cms.order;

import org.jspecify.annotations.NullMarked;
