/** Who may call: the local operator with the bearer token. Everything else is denied. */
@NullMarked
package io.flashsale.cms.access;

import org.jspecify.annotations.NullMarked;
