package io.flashsale.e2e.checker;

import io.flashsale.contract.Reservation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the stores held when the run had settled, read from them directly.
 *
 * @param effectsDue rows of redis_effect of these items that were due and not carried
 */
public record Dump(
        Instant takenAt,
        List<Item> items,
        List<Order> orders,
        List<Entry> ledger,
        List<Parked> parked,
        List<Hot> hot,
        int effectsDue) {

    public Dump {
        items = List.copyOf(items);
        orders = List.copyOf(orders);
        ledger = List.copyOf(ledger);
        parked = List.copyOf(parked);
        hot = List.copyOf(hot);
    }

    /** A row of promo_item. */
    public record Item(long id, String sku, long published, long available, long held, long sold, long epoch) {}

    /** A row of orders. */
    public record Order(
            String id,
            long itemId,
            String sku,
            String userId,
            int level,
            int quantity,
            long priceMinor,
            String currency,
            String state,
            @Nullable String reason,
            @Nullable String requestId,
            Instant createdAt,
            Instant payBefore) {

        /** Holds units or owns them. */
        public boolean live() {
            return state.equals("PENDING_PAYMENT") || state.equals("PAID");
        }

        public boolean rejected() {
            return state.equals("REJECTED");
        }

        public Order withState(String other) {
            return new Order(
                    id,
                    itemId,
                    sku,
                    userId,
                    level,
                    quantity,
                    priceMinor,
                    currency,
                    other,
                    reason,
                    requestId,
                    createdAt,
                    payBefore);
        }
    }

    /** A row of stock_ledger. */
    public record Entry(
            long id,
            String operationId,
            @Nullable String orderId,
            long itemId,
            String event,
            int available,
            int held,
            int sold) {}

    /** A row of parked_message that nobody has settled. */
    public record Parked(long id, @Nullable String orderId, String reason) {}

    /** An item in Redis, under the keys of the epoch that MySQL names. */
    public record Hot(
            long itemId,
            long epoch,
            boolean installed,
            long published,
            long available,
            long held,
            long sold,
            long seq,
            Map<String, Long> buyers,
            Map<String, String> requests,
            Map<String, Reservation> reservations,
            Set<String> pending,
            List<String> holders) {

        public Hot {
            buyers = Map.copyOf(buyers);
            requests = Map.copyOf(requests);
            reservations = Map.copyOf(reservations);
            pending = Set.copyOf(pending);
            holders = List.copyOf(holders);
        }
    }
}
