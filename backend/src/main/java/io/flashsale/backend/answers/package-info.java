/** How often the edge gave which answer, carried from Redis to MySQL: a statistic. */
@NullMarked
package io.flashsale.backend.answers;

import org.jspecify.annotations.NullMarked;
