/** Tests of the backend; {@link World} is what they run in. */
@NullMarked
package io.flashsale.backend;

import org.jspecify.annotations.NullMarked;
