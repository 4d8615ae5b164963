/** Addresses, networks, accounts and sessions that may not buy. */
@NullMarked
package io.flashsale.cms.blacklist;

import org.jspecify.annotations.NullMarked;
