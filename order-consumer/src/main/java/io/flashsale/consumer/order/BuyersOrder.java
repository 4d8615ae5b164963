package io.flashsale.consumer.order;

import io.flashsale.consumer.order.Placement.Candidate;
import io.flashsale.consumer.order.Placement.RequestKeys;
import io.flashsale.consumer.parking.ParkedMessages;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds the order that its buyer wants to change, under the locks that this wants: the item's, then the order's.
 *
 * <p>The buyer may overtake the order's own message. Then he brings the reservation along: the order is inserted from it first, in the
 * caller's transaction, and the message that comes later finds the row and takes no stock.
 */
@Component
public class BuyersOrder {

    public sealed interface Answer {
        record Found(Item item, OrderRow row) implements Answer {}

        /** No such order of this buyer. */
        record Unknown() implements Answer {}

        /** There is no row, and the reservation that was brought cannot become one; the text says why. */
        record Unusable(String why) implements Answer {}
    }

    private final Stock stock;
    private final Orders orders;
    private final Placement placement;
    private final ParkedMessages parked;

    BuyersOrder(Stock stock, Orders orders, Placement placement, ParkedMessages parked) {
        this.stock = stock;
        this.orders = orders;
        this.placement = placement;
        this.parked = parked;
    }

    public Answer lock(OrderId id, String userId, @Nullable OrderPlaced reservation, Instant now) {
        Item item = stock.lock(List.of(id.promoItemId())).get(id.promoItemId());
        if (item == null) {
            return new Answer.Unknown();
        }
        OrderRow row = orders.lock(id.text());
        if (row == null) {
            return reservation == null ? new Answer.Unknown() : place(id, userId, reservation, item, now);
        }
        return row.userId().equals(userId) ? new Answer.Found(item, row) : new Answer.Unknown();
    }

    private Answer place(OrderId id, String userId, OrderPlaced reservation, Item item, Instant now) {
        if (reservation.v() != OrderMessage.VERSION
                || !reservation.orderId().equals(id.text())
                || reservation.promoItemId() != item.id()
                || !reservation.sku().equals(item.sku())) {
            return new Answer.Unusable("the reservation is not this order's, or of an unknown version");
        }
        if (!reservation.userId().equals(userId)) {
            return new Answer.Unknown();
        }
        if (reservation.epoch() != item.epoch()) {
            return new Answer.Unusable("the reservation is of epoch " + reservation.epoch() + ", the item is at "
                    + item.epoch() + ": ask again when the order's message has come");
        }
        // The message may have come and been parked; the row settles it.
        var openParked = parked.openAmong(List.of(id.text()));
        placement.place(
                Map.of(item.id(), item),
                List.of(new Candidate(reservation, null)),
                RequestKeys.LOOKED_UP,
                openParked,
                now);
        OrderRow row = orders.lock(id.text());
        if (row == null) {
            throw new IllegalStateException("order " + id + " was inserted and is not there");
        }
        return new Answer.Found(item, row);
    }
}
