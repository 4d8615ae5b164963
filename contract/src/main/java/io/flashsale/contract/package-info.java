/** What the services say to each other: messages, ids, keys and codes. Plain Java; depends on no service and on no Spring. */
@NullMarked
package io.flashsale.contract;

import org.jspecify.annotations.NullMarked;
