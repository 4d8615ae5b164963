@NullMarked
package io.flashsale.cms.audit;

import org.jspecify.annotations.NullMarked;
