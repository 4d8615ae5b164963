@NullMarked
package io.flashsale.cms.promo;

import org.jspecify.annotations.NullMarked;
