/** What the tests share: a shop's data in a real database, and a consumer as a process. */
@NullMarked
package io.flashsale.consumer.testing;

import org.jspecify.annotations.NullMarked;
