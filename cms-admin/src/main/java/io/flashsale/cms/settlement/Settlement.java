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
 * @param sha256 of this document up to here, as compact JSON with its members in this order
 * @param answers what buyers were told: a statistic, which may go on changing and is therefore behind the hash
 */
@JsonPropertyOrder({"promo", "settledAt", "items", "differences", "orders", "sha256", "answers"})
record Settlement(
        Promo promo,
        Instant settledAt,
        List<Item> items,
        List<String> differences,
        Orders orders,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String sha256,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Answers answers) {

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

    /**
     * @param note how far it is to be trusted
     * @param edges each node that counted, in each of its lives
     * @param items of each item how often buyers heard each code
     */
    record Answers(String note, List<Edge> edges, List<ItemAnswers> items) {

        static final String NOTE =
                "Counted by the edge, a statistic: it is some seconds behind, and an edge that was killed took its"
                        + " last seconds with it. An edge's countedAt says until when its answers are in.";
    }

    record Edge(String incarnation, @Nullable Instant countedAt) {}

    record ItemAnswers(long id, String sku, SortedMap<String, Long> byCode) {}

    Settlement with(String hash, Answers told) {
        return new Settlement(promo, settledAt, items, differences, orders, hash, told);
    }
}
