package io.flashsale.consumer.deadletter;

import io.flashsale.consumer.intake.Redelivery;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Placement;
import io.flashsale.consumer.order.Placement.Candidate;
import io.flashsale.consumer.order.Placement.RequestKeys;
import io.flashsale.consumer.order.Rejection;
import io.flashsale.consumer.parking.ParkedMessages;
import io.flashsale.consumer.parking.ParkedMessages.Entry;
import io.flashsale.consumer.parking.ParkedMessages.Resolution;
import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Fault;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Settles parked messages by hand. Each ends once; what is done twice is answered by how it ended. */
@Component
class DeadLetters {

    /** {@code entry} as it is afterwards; null if there is none of that id. */
    record Settled(String outcome, @Nullable Entry entry) {
        static final Settled UNKNOWN = new Settled("UNKNOWN", null);
    }

    private final ParkedMessages parked;
    private final Redelivery redelivery;
    private final Stock stock;
    private final Orders orders;
    private final Placement placement;
    private final Transactions transactions;
    private final Clock clock;

    DeadLetters(
            ParkedMessages parked,
            Redelivery redelivery,
            Stock stock,
            Orders orders,
            Placement placement,
            Transactions transactions,
            Clock clock) {
        this.parked = parked;
        this.redelivery = redelivery;
        this.stock = stock;
        this.orders = orders;
        this.placement = placement;
        this.transactions = transactions;
        this.clock = clock;
    }

    List<Entry> list(boolean resolvedToo, int most) {
        return transactions.once(() -> parked.list(resolvedToo, most));
    }

    @Nullable
    Entry find(long id) {
        return transactions
                .once(() -> java.util.Optional.ofNullable(parked.find(id)))
                .orElse(null);
    }

    /** Delivers it once more. @return ORDER, REJECTED, PARKED (it still cannot be one), ALREADY, UNKNOWN */
    Settled replay(long id, String by) {
        Entry entry = find(id);
        if (entry == null) {
            return Settled.UNKNOWN;
        }
        if (entry.resolvedAt() != null) {
            return new Settled("ALREADY", entry);
        }
        Redelivery.Outcome outcome = redelivery.deliver(entry.message());
        if (outcome != Redelivery.Outcome.PARKED) {
            transactions.retrying(() -> {
                parked.resolve(id, Resolution.REPLAYED, by, null, clock.instant());
                return id;
            });
        }
        return new Settled(outcome.name(), find(id));
    }

    /**
     * It will not be an order. If it can be read, its buyer finds the order REJECTED, with the reason DISCARDED; what Redis holds
     * for it goes back on sale after the usual rest. If it cannot, its item is rebuilt without it.
     */
    Settled discard(long id, String by, String why) {
        try {
            return transactions.retrying(() -> discardUnderLocks(id, by, why, true));
        } catch (RuntimeException failure) {
            if (Fault.of(failure) == Fault.INFRASTRUCTURE) {
                throw failure;
            }
            // The very reason for which it was parked: no row can be made of it.
            return transactions.retrying(() -> discardUnderLocks(id, by, why, false));
        }
    }

    private Settled discardUnderLocks(long id, String by, String why, boolean asRow) {
        Entry seen = parked.find(id);
        if (seen == null) {
            return Settled.UNKNOWN;
        }
        OrderPlaced order = redelivery.order(seen.message());
        Long itemId = order != null
                ? Long.valueOf(order.promoItemId())
                : seen.message().itemId();
        // The item before the message, as those do who write orders.
        Item item = itemId == null ? null : stock.lock(List.of(itemId)).get(itemId);
        Entry entry = parked.lock(id);
        if (entry == null || entry.resolvedAt() != null) {
            return new Settled("ALREADY", entry);
        }
        Instant now = clock.instant();
        if (item != null) {
            giveUp(order, item, asRow, now);
        }
        parked.resolve(id, Resolution.DISCARDED, by, why, now);
        return new Settled("DISCARDED", parked.find(id));
    }

    private void giveUp(@Nullable OrderPlaced order, Item item, boolean asRow, Instant now) {
        if (order == null || !asRow) {
            stock.owe(item, List.of(Effect.rebuild(now)), now);
            return;
        }
        if (!orders.find(Set.of(order.orderId())).isEmpty()) {
            return;
        }
        placement.place(
                Map.of(item.id(), item),
                List.of(new Candidate(order, Rejection.DISCARDED)),
                RequestKeys.LOOKED_UP,
                Set.of(),
                now);
        stock.owe(item, List.of(Effect.release(order.orderId(), now)), now);
    }
}
