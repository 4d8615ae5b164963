package io.flashsale.cms.live;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A promo at one moment.
 *
 * @param at when it was read
 * @param phase as the promo's page calls it
 * @param expiring units that come back within a minute where nobody pays
 * @param answers how often buyers heard what, the most frequent first; edges tell it every two seconds
 * @param orders some seconds old
 */
record Board(
        Instant at, String phase, List<Item> items, long expiring, List<Answered> answers, Orders orders, Queue queue) {

    /** Of what was published, in each row of MySQL: published = available + held + sold. */
    record Item(String sku, int available, int held, int sold, int published) {}

    record Answered(String code, long total) {}

    /** @param placed all of them, whatever came of them */
    record Orders(long placed, long paid) {}

    /**
     * What of all promos is on its way to the books.
     *
     * @param consumers that have said something within the last seconds
     * @param behind messages that are not orders yet; null where it is not known of all queues
     * @param oldestMs age of the oldest that is in hand; 0: none is
     */
    record Queue(int consumers, @Nullable Long behind, long oldestMs) {}
}
