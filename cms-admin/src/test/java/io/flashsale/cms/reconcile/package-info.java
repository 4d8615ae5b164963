@NullMarked
package io.flashsale.cms.reconcile;

import org.jspecify.annotations.NullMarked;
