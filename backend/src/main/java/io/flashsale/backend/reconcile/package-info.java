/** Proves that MySQL and Redis agree, order by order; repairs what is provably safe and puts the rest before a person. */
@NullMarked
package io.flashsale.backend.reconcile;

import org.jspecify.annotations.NullMarked;
