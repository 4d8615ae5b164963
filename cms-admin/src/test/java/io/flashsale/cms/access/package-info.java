@NullMarked
package io.flashsale.cms.access;

import org.jspecify.annotations.NullMarked;
