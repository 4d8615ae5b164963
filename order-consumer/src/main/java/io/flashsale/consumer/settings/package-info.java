/** What the environment may set, checked once at the start. */
@NullMarked
package io.flashsale.consumer.settings;

import org.jspecify.annotations.NullMarked;
