@NullMarked
package io.flashsale.cms.text;

import org.jspecify.annotations.NullMarked;
