/** Carries blacklist rows from MySQL to Redis. */
@NullMarked
package io.flashsale.backend.blacklist;

import org.jspecify.annotations.NullMarked;
