/** Promos and their items: draft, publish, pause, resume, end, top up. */
@NullMarked
package io.flashsale.cms.promo;

import org.jspecify.annotations.NullMarked;
