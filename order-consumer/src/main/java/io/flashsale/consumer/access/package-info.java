/** Who may call {@code /internal/**}. */
@NullMarked
package io.flashsale.consumer.access;

import org.jspecify.annotations.NullMarked;
