/** Where shoppers' browsers fetch what never changes. */
@NullMarked
package io.flashsale.cms.cdn;

import org.jspecify.annotations.NullMarked;
