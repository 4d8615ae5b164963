/** Work that repeats: one named thread per task, its failures logged when they begin and when they end. */
@NullMarked
package io.flashsale.backend.background;

import org.jspecify.annotations.NullMarked;
