@NullMarked
package io.flashsale.cms.image;

import org.jspecify.annotations.NullMarked;
