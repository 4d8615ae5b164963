/** What the environment says, read once, checked, and refused with a sentence when it cannot be right. */
@NullMarked
package io.flashsale.cms.settings;

import org.jspecify.annotations.NullMarked;
