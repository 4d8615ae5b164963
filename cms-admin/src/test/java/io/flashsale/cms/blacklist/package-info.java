@NullMarked
package io.flashsale.cms.blacklist;

import org.jspecify.annotations.NullMarked;
