@NullMarked
package io.flashsale.cms.live;

import org.jspecify.annotations.NullMarked;
