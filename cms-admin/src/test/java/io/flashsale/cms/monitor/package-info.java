@NullMarked
package io.flashsale.cms.monitor;

import org.jspecify.annotations.NullMarked;
