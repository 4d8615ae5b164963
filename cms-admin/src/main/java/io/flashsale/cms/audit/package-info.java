/** Who did what, when, from where and why, for those who look after the others. */
@NullMarked
package io.flashsale.cms.audit;

import org.jspecify.annotations.NullMarked;
