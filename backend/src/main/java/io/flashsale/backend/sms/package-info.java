/** How a text reaches a phone. */
@NullMarked
package io.flashsale.backend.sms;

import org.jspecify.annotations.NullMarked;
