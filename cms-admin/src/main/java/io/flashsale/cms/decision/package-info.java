/** What the edges answered to whom, for who asks why. */
@NullMarked
package io.flashsale.cms.decision;

import org.jspecify.annotations.NullMarked;
