/** Keeps what the edges answered, for who asks about a trace id afterwards. */
@NullMarked
package io.flashsale.backend.decision;

import org.jspecify.annotations.NullMarked;
