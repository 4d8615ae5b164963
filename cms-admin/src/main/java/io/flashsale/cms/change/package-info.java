/** A change: one transaction, one audit row with its actor. */
@NullMarked
package io.flashsale.cms.change;

import org.jspecify.annotations.NullMarked;
