/** Tests. */
@NullMarked
package io.flashsale.backend.account;

import org.jspecify.annotations.NullMarked;
