@NullMarked
package io.flashsale.cms.traffic;

import org.jspecify.annotations.NullMarked;
