/** What the system does when parts of it die during a sale. */
@NullMarked
package io.flashsale.e2e.fault;

import org.jspecify.annotations.NullMarked;
