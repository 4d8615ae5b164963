package io.flashsale.cms.live;

import java.time.Instant;
import java.util.List;

/**
 * A promo at one moment.
 *
 * @param at when it was read
 * @param phase as the promo's page calls it
 * @param expiring units that come back within a minute where nobody pays
 * @param answers how often buyers heard what, the most frequent first; edges tell it every two seconds
 */
record Board(Instant at, String phase, List<Item> items, long expiring, List<Answered> answers) {

    /** Of what was published, in each row of MySQL: published = available + held + sold. */
    record Item(String sku, int available, int held, int sold, int published) {}

    record Answered(String code, long total) {}
}
