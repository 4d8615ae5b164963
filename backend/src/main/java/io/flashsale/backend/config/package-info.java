/** Settings and secrets: read once at the start, checked, and never changed. */
@NullMarked
package io.flashsale.backend.config;

import org.jspecify.annotations.NullMarked;
