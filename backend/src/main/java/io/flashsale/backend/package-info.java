/** The backend service, by feature. */
@NullMarked
package io.flashsale.backend;

import org.jspecify.annotations.NullMarked;
