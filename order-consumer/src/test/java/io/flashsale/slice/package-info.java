/** Parts of the consumer for tests, in a package that the consumer itself does not scan. */
@NullMarked
package io.flashsale.slice;

import org.jspecify.annotations.NullMarked;
