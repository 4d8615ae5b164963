@NullMarked
package io.flashsale.cms.draft;

import org.jspecify.annotations.NullMarked;
