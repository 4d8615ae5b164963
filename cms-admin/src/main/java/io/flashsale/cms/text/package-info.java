/** What is said of a promo beyond its name. */
@NullMarked
package io.flashsale.cms.text;

import org.jspecify.annotations.NullMarked;
