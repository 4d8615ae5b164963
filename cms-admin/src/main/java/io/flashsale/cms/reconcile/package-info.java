/** Where the stores differ, and messages that became no order, as far as they wait for a person, and what the person decided. */
@NullMarked
package io.flashsale.cms.reconcile;

import org.jspecify.annotations.NullMarked;
