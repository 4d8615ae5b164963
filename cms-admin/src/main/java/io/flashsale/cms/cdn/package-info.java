/** Where shoppers' browsers fetch what never changes, and pages. */
@NullMarked
package io.flashsale.cms.cdn;

import org.jspecify.annotations.NullMarked;
