/** The stock ledger, and what MySQL owes Redis after a change. */
@NullMarked
package io.flashsale.cms.stock;

import org.jspecify.annotations.NullMarked;
