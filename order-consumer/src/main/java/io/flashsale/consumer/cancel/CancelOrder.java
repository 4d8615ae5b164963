package io.flashsale.consumer.cancel;

import io.flashsale.consumer.order.Ending;
import io.flashsale.consumer.order.Endings;
import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Placement;
import io.flashsale.consumer.order.Placement.Candidate;
import io.flashsale.consumer.order.Placement.RequestKeys;
import io.flashsale.consumer.parking.ParkedMessages;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Cancels one order of one buyer.
 *
 * <p>A cancel may overtake the order's own message. Then it brings the reservation along: the order is inserted from it and cancelled in one
 * transaction, and the message that comes later finds the row and takes no stock.
 */
@Component
class CancelOrder {

    /** What a cancel came to. */
    sealed interface Outcome {
        record Cancelled(boolean changed) implements Outcome {}

        /** The order is in a state that has nothing to cancel. */
        record NotCancellable(OrderState state) implements Outcome {}

        /** No such order of this buyer. */
        record Unknown() implements Outcome {}

        /** There is no row, and the reservation that was brought cannot become one; the text says why. */
        record Unusable(String why) implements Outcome {}
    }

    private final Stock stock;
    private final Orders orders;
    private final Placement placement;
    private final Endings endings;
    private final ParkedMessages parked;
    private final Transactions transactions;
    private final Clock clock;

    CancelOrder(
            Stock stock,
            Orders orders,
            Placement placement,
            Endings endings,
            ParkedMessages parked,
            Transactions transactions,
            Clock clock) {
        this.stock = stock;
        this.orders = orders;
        this.placement = placement;
        this.endings = endings;
        this.parked = parked;
        this.transactions = transactions;
        this.clock = clock;
    }

    Outcome cancel(OrderId id, String userId, @Nullable OrderPlaced reservation) {
        return transactions.retrying(() -> cancelUnderLocks(id, userId, reservation));
    }

    private Outcome cancelUnderLocks(OrderId id, String userId, @Nullable OrderPlaced reservation) {
        Instant now = clock.instant();
        Item item = stock.lock(List.of(id.promoItemId())).get(id.promoItemId());
        if (item == null) {
            return new Outcome.Unknown();
        }
        OrderRow row = orders.lock(id.text());
        if (row == null) {
            return reservation == null ? new Outcome.Unknown() : placeAndCancel(id, userId, reservation, item, now);
        }
        if (!row.userId().equals(userId)) {
            return new Outcome.Unknown();
        }
        return switch (row.state()) {
            case PENDING_PAYMENT -> {
                endings.end(item, List.of(row), Ending.CANCELLED, now);
                yield new Outcome.Cancelled(true);
            }
            case CANCELLED -> new Outcome.Cancelled(false);
            default -> new Outcome.NotCancellable(row.state());
        };
    }

    private Outcome placeAndCancel(OrderId id, String userId, OrderPlaced reservation, Item item, Instant now) {
        if (reservation.v() != OrderMessage.VERSION
                || !reservation.orderId().equals(id.text())
                || reservation.promoItemId() != item.id()
                || !reservation.sku().equals(item.sku())) {
            return new Outcome.Unusable("the reservation is not this order's, or of an unknown version");
        }
        if (!reservation.userId().equals(userId)) {
            return new Outcome.Unknown();
        }
        if (reservation.epoch() != item.epoch()) {
            return new Outcome.Unusable("the reservation is of epoch " + reservation.epoch() + ", the item is at "
                    + item.epoch() + ": ask again when the order's message has come");
        }
        // The message may have come and been parked; the row settles it.
        var openParked = parked.openAmong(List.of(id.text()));
        var placed = placement.place(
                Map.of(item.id(), item),
                List.of(new Candidate(reservation, null)),
                RequestKeys.LOOKED_UP,
                openParked,
                now);
        if (placed.get(0).rejection() != null) {
            return new Outcome.NotCancellable(OrderState.REJECTED);
        }
        OrderRow row = orders.lock(id.text());
        if (row == null) {
            throw new IllegalStateException("order " + id + " was inserted and is not there");
        }
        endings.end(item, List.of(row), Ending.CANCELLED, now);
        return new Outcome.Cancelled(true);
    }
}
