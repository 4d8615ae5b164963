@NullMarked
package io.flashsale.cms.settings;

import org.jspecify.annotations.NullMarked;
