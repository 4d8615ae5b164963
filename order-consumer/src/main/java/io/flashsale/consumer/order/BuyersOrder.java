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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds the orders that their buyer wants to change, under the locks that this wants: the items', then the orders', each by id.
 *
 * <p>The buyer may overtake an order's own message. Then he brings the reservation along: the order is inserted from it, in the caller's
 * transaction, and the message that comes later finds the row and takes no stock.
 */
@Component
public class BuyersOrder {

    public sealed interface Answer {
        record Found(Item item, OrderRow row) implements Answer {}

        /** There is no row, and the reservation that was brought can become one. */
        record Brought(Item item, OrderPlaced reservation) implements Answer {}

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

    /** One order, placed where it was only brought. */
    public Answer lock(OrderId id, String userId, @Nullable OrderPlaced reservation, Instant now) {
        Answer answer = lock(List.of(new Wanted(id, reservation)), userId).values().stream()
                .findFirst()
                .orElseThrow();
        return answer instanceof Answer.Brought brought
                ? place(List.of(brought), now).get(0)
                : answer;
    }

    /** @param reservation what may be inserted if the order has no row yet */
    public record Wanted(OrderId id, @Nullable OrderPlaced reservation) {}

    /** Locks and looks, and changes nothing. @return by the orders' ids, in their order */
    public SortedMap<String, Answer> lock(List<Wanted> wanted, String userId) {
        Map<Long, Item> items =
                stock.lock(wanted.stream().map(each -> each.id().promoItemId()).toList());
        SortedMap<String, Answer> answers = new TreeMap<>();
        wanted.stream()
                .sorted(Comparator.comparing(each -> each.id().text()))
                .forEach(each -> answers.put(each.id().text(), look(items, each, userId)));
        return answers;
    }

    private Answer look(Map<Long, Item> items, Wanted wanted, String userId) {
        Item item = items.get(wanted.id().promoItemId());
        if (item == null) {
            return new Answer.Unknown();
        }
        OrderRow row = orders.lock(wanted.id().text());
        if (row == null) {
            OrderPlaced reservation = wanted.reservation();
            return reservation == null ? new Answer.Unknown() : judge(wanted.id(), userId, reservation, item);
        }
        return row.userId().equals(userId) ? new Answer.Found(item, row) : new Answer.Unknown();
    }

    private static Answer judge(OrderId id, String userId, OrderPlaced reservation, Item item) {
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
        return new Answer.Brought(item, reservation);
    }

    /** Inserts what was brought, under the same locks. The books may refuse one: then its row is {@code REJECTED}. */
    public List<Answer.Found> place(List<Answer.Brought> brought, Instant now) {
        if (brought.isEmpty()) {
            return List.of();
        }
        Map<Long, Item> items = new HashMap<>();
        brought.forEach(each -> items.put(each.item().id(), each.item()));
        List<Candidate> candidates = brought.stream()
                .map(each -> new Candidate(each.reservation(), null))
                .toList();
        // The messages may have come and been parked; the rows settle them.
        var openParked = parked.openAmong(
                brought.stream().map(each -> each.reservation().orderId()).toList());
        placement.place(items, candidates, RequestKeys.LOOKED_UP, openParked, now);
        return brought.stream()
                .map(each -> new Answer.Found(each.item(), placed(each.reservation())))
                .toList();
    }

    private OrderRow placed(OrderPlaced reservation) {
        OrderRow row = orders.lock(reservation.orderId());
        if (row == null) {
            throw new IllegalStateException("order " + reservation.orderId() + " was inserted and is not there");
        }
        return row;
    }
}
