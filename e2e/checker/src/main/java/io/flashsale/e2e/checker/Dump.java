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
        List<Payment> payments,
        List<Refund> refunds,
        List<Parked> parked,
        List<Hot> hot,
        int effectsDue) {

    public Dump {
        items = List.copyOf(items);
        orders = List.copyOf(orders);
        ledger = List.copyOf(ledger);
        payments = List.copyOf(payments);
        refunds = List.copyOf(refunds);
        parked = List.copyOf(parked);
        hot = List.copyOf(hot);
    }

    /**
     * A row of promo_item.
     *
     * @param restocked units that refunds put back on sale, which are sold no longer
     */
    public record Item(
            long id, String sku, long published, long available, long held, long sold, long restocked, long epoch) {}

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
            return state.equals("PENDING_PAYMENT") || bought();
        }

        /** Paid for, whether or not some or all of it was refunded since. */
        public boolean bought() {
            return state.equals("PAID") || state.startsWith("REFUND");
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

    /**
     * A row of payment_order, one order's share of a payment, with its payment.
     *
     * @param amountMinor the share
     * @param totalMinor of the payment
     * @param receivedMinor what the provider took for all of it; null: nothing that we heard of
     * @param state what came of the share
     * @param keptByProvider what it took for all of it and did not give back, by its own books
     */
    public record Payment(
            String id,
            String orderId,
            long amountMinor,
            long totalMinor,
            String currency,
            @Nullable Long receivedMinor,
            String state,
            long keptByProvider) {}

    /** A row of refund; quantity 0: of a share that could not stand, or of a whole payment of another amount. */
    public record Refund(
            String id,
            String orderId,
            String paymentId,
            int quantity,
            boolean restock,
            long amountMinor,
            String state) {}

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
