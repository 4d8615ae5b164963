/** Adds up what the edges count of who asks how often, and puts on the blacklist who breaks a rule. */
@NullMarked
package io.flashsale.backend.traffic;

import org.jspecify.annotations.NullMarked;
