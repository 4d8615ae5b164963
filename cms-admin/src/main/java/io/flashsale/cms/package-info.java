/** The business users' service: drafts, publishes and steers promos. It writes MySQL only; what Redis is owed goes into {@code redis_effect}. */
@NullMarked
package io.flashsale.cms;

import org.jspecify.annotations.NullMarked;
