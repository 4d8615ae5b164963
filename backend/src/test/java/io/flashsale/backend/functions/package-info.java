/** The Redis function library against a real Redis: by table, and by random commands against a pure model. */
@NullMarked
package io.flashsale.backend.functions;

import org.jspecify.annotations.NullMarked;
