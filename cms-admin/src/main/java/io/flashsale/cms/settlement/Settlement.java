package io.flashsale.cms.settlement;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The report. Money in the currency's minor unit.
 *
 * @param settledAt when the last thing happened to it, so that the same books give the same report
 * @param differences sentences about what does not add up; none, or somebody must look
 * @param orders what the list of orders is to be checked against
 * @param sha256 of this document without its last member, as compact JSON with its members in this order
 */
@JsonPropertyOrder({"promo", "settledAt", "items", "differences", "orders", "sha256"})
record Settlement(
        Promo promo,
        Instant settledAt,
        List<Item> items,
        List<String> differences,
        Orders orders,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String sha256) {

    record Promo(long id, String name, Instant opensAt, Instant closesAt) {}

    /**
     * @param ordersByState of each state the orders and their units
     * @param rejected orders that were refused by the books, by reason
     */
    record Item(
            long id,
            String sku,
            String name,
            String currency,
            long priceMinor,
            Units units,
            SortedMap<String, Count> ordersByState,
            SortedMap<String, Long> rejected,
            Money money) {}

    /**
     * {@code published + toppedUp - withdrawn = sold + left}.
     *
     * @param withdrawn units that were taken off sale unsold
     * @param returned units that refunds put back on sale; not in {@code sold}
     */
    record Units(long published, long toppedUp, long withdrawn, long sold, long left, long returned) {}

    record Count(long orders, long units) {}

    /**
     * {@code net = ordered - refunded}.
     *
     * @param ordered the price of what was bought, which is what was paid for it
     * @param refunded of it
     * @param givenBack payments that bought nothing: of a wrong amount, too late, or twice
     */
    record Money(long ordered, long refunded, long net, long givenBack) {}

    /** @param sha256 of the list of orders as CSV */
    record Orders(long rows, String sha256) {}

    Settlement with(String hash) {
        return new Settlement(promo, settledAt, items, differences, orders, hash);
    }
}
