@NullMarked
package io.flashsale.cms;

import org.jspecify.annotations.NullMarked;
