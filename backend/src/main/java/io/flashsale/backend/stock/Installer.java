package io.flashsale.backend.stock;

import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.OrderMessage.UnreadableMessage;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.Reservation.State;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lays an item down under the keys of its epoch, from one consistent snapshot of MySQL. May be repeated and interrupted: it
 * starts over whatever was there, and what is not complete is never granted.
 */
@Component
final class Installer {

    /** Calls under way at once: keeps Redis busy, and what is not answered yet small. */
    private static final int IN_FLIGHT = 8;

    private final ItemMapper items;
    private final OrderMapper orders;
    private final StockFunctions functions;
    private final TransactionTemplate snapshot;

    Installer(ItemMapper items, OrderMapper orders, StockFunctions functions, PlatformTransactionManager transactions) {
        this.items = items;
        this.orders = orders;
        this.functions = functions;
        // InnoDB takes the snapshot at the first read, which is the item's own row.
        snapshot = new TransactionTemplate(transactions);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        snapshot.setReadOnly(true);
    }

    /** Hears of an installation again and again while it goes on. */
    interface Progress {
        void made();
    }

    /** @return the item as it was installed; null if it has another epoch by now, or Redis did not take all of it */
    @Nullable
    Item install(long itemId, long epoch, Progress progress) {
        Optional<Item> installed = snapshot.execute(status -> {
            Item item = items.byId(itemId);
            return item != null && item.epoch() == epoch && item.identityHolds() && install(item, progress)
                    ? Optional.of(item)
                    : Optional.empty();
        });
        return installed == null ? null : installed.orElse(null);
    }

    private boolean install(Item item, Progress progress) {
        var parked = parked(item);
        StockKeys keys = item.keys();
        if (!"OK".equals(functions.installBegin(keys, facts(item, parked)))) {
            return false;
        }
        var listed = new Batches(1, users -> functions.installListed(keys, users), progress);
        if (item.listId() != null) {
            orders.streamMembers(
                    item.listId(),
                    context -> listed.add(context.getResultObject().userId()));
        }
        listed.finish();
        var rows = new Batches(2, pairs -> functions.installRows(keys, pairs), progress);
        for (OrderPlaced order : parked) {
            rows.add(order.orderId(), reservation(order).pack());
        }
        orders.stream(
                item.id(),
                context -> rows.add(
                        context.getResultObject().id(),
                        reservation(context.getResultObject()).pack()));
        rows.finish();
        return "OK".equals(functions.installEnd(keys, listed.count, rows.count));
    }

    /**
     * Parked messages hold their units until somebody settles them, as far as they can be read and there is stock for them. An
     * order may be parked several times, and have become a row since.
     */
    private Collection<OrderPlaced> parked(Item item) {
        var readable = new LinkedHashMap<String, OrderPlaced>();
        for (OrderMapper.Parked message : orders.parked(item.id())) {
            OrderPlaced order = read(message.body());
            if (order != null && order.promoItemId() == item.id() && survivesPacking(order)) {
                readable.putIfAbsent(order.orderId(), order);
            }
        }
        if (!readable.isEmpty()) {
            readable.keySet().removeAll(orders.present(readable.keySet()));
        }
        long left = item.available();
        for (var each = readable.values().iterator(); each.hasNext(); ) {
            int quantity = each.next().quantity();
            if (quantity > left) {
                each.remove();
            } else {
                left -= quantity;
            }
        }
        return readable.values();
    }

    /** A message may hold anything; Redis takes nothing that it would read as something else. */
    private static boolean survivesPacking(OrderPlaced order) {
        try {
            OrderId.parse(order.orderId());
            var reservation = reservation(order);
            return Reservation.unpack(reservation.pack()).equals(reservation);
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }

    private static @Nullable OrderPlaced read(byte[] body) {
        try {
            return OrderMessage.decode(body) instanceof OrderPlaced order ? order : null;
        } catch (UnreadableMessage unreadable) {
            return null; // parked for this very reason; no units can be told from it
        }
    }

    private static Map<String, String> facts(Item item, Collection<OrderPlaced> parked) {
        long parkedUnits = parked.stream().mapToLong(OrderPlaced::quantity).sum();
        var facts = new LinkedHashMap<String, String>();
        facts.put("sku", item.sku());
        facts.put("promo", Long.toString(item.promoId()));
        facts.put("state", item.state());
        facts.put("opens", Long.toString(item.opens()));
        facts.put("closes", Long.toString(item.closes()));
        facts.put("hold", Long.toString(item.holdMs()));
        facts.put("price", Long.toString(item.priceMinor()));
        facts.put("currency", item.currency());
        facts.put("promo_version", Long.toString(Item.PROMO_VERSION));
        facts.put("min_level", Integer.toString(item.minLevel()));
        facts.put("limits", item.limits());
        facts.put("published", Long.toString(item.published()));
        facts.put("available", Long.toString(item.available() - parkedUnits));
        facts.put("held", Long.toString(item.held() + parkedUnits));
        facts.put("sold", Long.toString(item.sold()));
        facts.put("restocked", Long.toString(item.restocked()));
        facts.put("withdrawn", Long.toString(item.withdrawn()));
        facts.put("version", Long.toString(item.version()));
        if (item.listId() != null) {
            facts.put("listed", "1");
        }
        return facts;
    }

    private static Reservation reservation(OrderMapper.Order order) {
        State state =
                switch (order.state()) {
                    case "PENDING_PAYMENT" -> State.SEND;
                    case "PAID", "REFUND_PENDING", "REFUNDED" -> State.PAID;
                    default -> State.GIVEN_BACK;
                };
        return new Reservation(
                state,
                order.userId(),
                order.userLevel(),
                order.quantity(),
                order.requestId(),
                order.seq(),
                order.created(),
                order.payBefore(),
                null,
                order.traceId());
    }

    private static Reservation reservation(OrderPlaced order) {
        return new Reservation(
                State.SEND,
                order.userId(),
                order.userLevel(),
                order.quantity(),
                order.requestId(),
                order.seq(),
                order.reservedAt(),
                order.payBefore(),
                null,
                order.traceId());
    }

    /** Collects words, so many of each entry, into calls and keeps a few of them under way. */
    private static final class Batches {
        private final int each;
        private final Function<List<String>, RedisFuture<Object>> call;
        private final Progress progress;
        private final Deque<RedisFuture<Object>> underWay = new ArrayDeque<>();
        private List<String> next = new ArrayList<>();
        private long count;

        private Batches(int each, Function<List<String>, RedisFuture<Object>> call, Progress progress) {
            this.each = each;
            this.call = call;
            this.progress = progress;
        }

        private void add(String... words) {
            next.addAll(List.of(words));
            count++;
            if (next.size() == each * StockFunctions.MAX_BATCH) {
                flush();
            }
        }

        private void flush() {
            progress.made();
            underWay.add(call.apply(next));
            next = new ArrayList<>();
            while (underWay.size() > IN_FLIGHT) {
                // An answer other than OK shows at END, which counts.
                RedisLink.await(underWay.remove());
            }
        }

        private void finish() {
            if (!next.isEmpty()) {
                flush();
            }
            while (!underWay.isEmpty()) {
                RedisLink.await(underWay.remove());
            }
        }
    }
}
