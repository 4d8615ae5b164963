/** Tests. */
@NullMarked
package io.flashsale.backend.config;

import org.jspecify.annotations.NullMarked;
