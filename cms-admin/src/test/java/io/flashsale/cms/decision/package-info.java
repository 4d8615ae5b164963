@NullMarked
package io.flashsale.cms.decision;

import org.jspecify.annotations.NullMarked;
