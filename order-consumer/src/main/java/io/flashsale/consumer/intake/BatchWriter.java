package io.flashsale.consumer.intake;

import io.flashsale.consumer.intake.Delivery.Queue;
import io.flashsale.consumer.intake.Delivery.Read;
import io.flashsale.consumer.intake.QueueFences.Place;
import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Placement;
import io.flashsale.consumer.order.Placement.Candidate;
import io.flashsale.consumer.order.Placement.Placed;
import io.flashsale.consumer.order.Placement.RequestKeys;
import io.flashsale.consumer.order.Rejection;
import io.flashsale.consumer.parking.ParkedMessages;
import io.flashsale.consumer.parking.ParkedMessages.Parked;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Fault;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Writes a batch of deliveries. When it returns, each of them is an order's row (its own, or one that was there), a fence, or parked; so the
 * batch may be acknowledged. When it throws, some of them may be, and the same batch is written again: whatever is there already is not
 * written twice.
 *
 * <p>Deliveries of one queue are judged in the order in which they stand in it; rows are written in the order of their ids.
 */
@Component
class BatchWriter {

    private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);

    /** What a batch came to. */
    record Tally(int placed, int seenBefore, Map<Rejection, Integer> rejected, int parked, int markers) {
        static final Tally NONE = new Tally(0, 0, Map.of(), 0, 0);

        Tally plus(Tally other) {
            Map<Rejection, Integer> sum = new HashMap<>(rejected);
            other.rejected.forEach((rejection, count) -> sum.merge(rejection, count, Integer::sum));
            return new Tally(
                    placed + other.placed,
                    seenBefore + other.seenBefore,
                    sum,
                    parked + other.parked,
                    markers + other.markers);
        }
    }

    private final Transactions transactions;
    private final Stock stock;
    private final Orders orders;
    private final Placement placement;
    private final ParkedMessages parked;
    private final QueueFences fences;
    private final Clock clock;

    BatchWriter(
            Transactions transactions,
            Stock stock,
            Orders orders,
            Placement placement,
            ParkedMessages parked,
            QueueFences fences,
            Clock clock) {
        this.transactions = transactions;
        this.stock = stock;
        this.orders = orders;
        this.placement = placement;
        this.parked = parked;
        this.fences = fences;
        this.clock = clock;
    }

    /**
     * @param deliveries those of one queue in its order
     * @throws RuntimeException if the infrastructure failed; try again
     */
    Tally write(List<Delivery> deliveries) {
        return write(deliveries.stream().map(Delivery::read).toList(), RequestKeys.TRUSTED);
    }

    private Tally write(List<Read> part, RequestKeys keys) {
        try {
            return transactions.once(() -> writeInOne(part, keys));
        } catch (RuntimeException failure) {
            Fault fault = Fault.of(failure);
            if (fault == Fault.INFRASTRUCTURE) {
                throw failure;
            }
            if (fault == Fault.DUPLICATE && keys == RequestKeys.TRUSTED) {
                return write(part, RequestKeys.LOOKED_UP);
            }
            if (part.size() == 1) {
                return park(part.get(0), failure);
            }
            int half = part.size() / 2;
            Tally first = write(part.subList(0, half), keys);
            return first.plus(write(part.subList(half, part.size()), keys));
        }
    }

    private Tally park(Read read, RuntimeException failure) {
        Delivery delivery = read.delivery();
        var line = log.atError()
                .setMessage("message {} cannot become an order and is parked: {}")
                .addArgument(delivery.messageId())
                .addArgument(rootMessage(failure))
                // A value that the database refuses is told by its message; what reached no database may be our own
                // mistake.
                .setCause(failure instanceof DataAccessException ? null : failure);
        if (read instanceof Read.Order order) {
            line = line.addKeyValue("order.id", order.placed().orderId())
                    .addKeyValue("trace.id", order.placed().traceId());
        }
        line.log();
        return transactions.once(() -> {
            parked.keep(List.of(delivery.parked("cannot be written: " + rootMessage(failure))), clock.instant());
            return new Tally(0, 0, Map.of(), 1, 0);
        });
    }

    private Tally writeInOne(List<Read> part, RequestKeys keys) {
        Instant now = clock.instant();
        Judgement judgement = judge(part);
        List<Placed> placed = placement.place(
                judgement.items, List.copyOf(judgement.fresh.values()), keys, judgement.openParked, now);
        parked.keep(judgement.toPark, now);
        fences.raise(judgement.passed, now);
        Map<Rejection, Integer> rejected = new HashMap<>();
        for (Placed each : placed) {
            if (each.rejection() != null) {
                rejected.merge(each.rejection(), 1, Integer::sum);
            }
        }
        int held = placed.size()
                - rejected.values().stream().mapToInt(Integer::intValue).sum();
        return new Tally(held, judgement.seenBefore, rejected, judgement.toPark.size(), judgement.markers);
    }

    private Judgement judge(List<Read> part) {
        Set<Long> itemIds = new HashSet<>();
        Set<String> orderIds = new HashSet<>();
        Set<Queue> queues = new HashSet<>();
        for (Read read : part) {
            queues.add(read.delivery().queue());
            if (read instanceof Read.Order order) {
                itemIds.add(order.placed().promoItemId());
                orderIds.add(order.placed().orderId());
            }
        }
        Map<Long, Item> items = stock.lock(itemIds);
        var judgement = new Judgement(
                items, orders.find(orderIds), parked.openAmong(orderIds), fences.of(queues, items.keySet()));
        part.forEach(judgement::add);
        return judgement;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    /** Goes through the deliveries in their order and sorts them out. */
    private static final class Judgement {

        private final Map<Long, Item> items;
        private final Map<String, OrderRow> rows;
        private final Set<String> openParked;
        private final Map<Place, Long> fences;

        private final Map<String, Candidate> fresh = new LinkedHashMap<>();
        private final List<Parked> toPark = new ArrayList<>();
        private final Map<Place, Long> passed = new HashMap<>();
        private int seenBefore;
        private int markers;

        Judgement(Map<Long, Item> items, Map<String, OrderRow> rows, Set<String> openParked, Map<Place, Long> fences) {
            this.items = items;
            this.rows = rows;
            this.openParked = openParked;
            this.fences = fences;
        }

        void add(Read read) {
            if (read instanceof Read.Order order) {
                add(order.delivery(), order.placed());
                return;
            }
            if (read instanceof Read.Marker marker) {
                markers++;
                for (var fence : marker.marker().fences()) {
                    var place = new Place(marker.delivery().queue(), fence.promoItemId());
                    fences.merge(place, fence.epoch(), Math::max);
                    passed.merge(place, fence.epoch(), Math::max);
                }
                return;
            }
            if (read instanceof Read.Unreadable unreadable) {
                toPark.add(unreadable.delivery().parked(unreadable.why()));
            }
        }

        private void add(Delivery delivery, OrderPlaced placed) {
            OrderRow row = rows.get(placed.orderId());
            if (row != null) {
                sameOrPark(
                        delivery,
                        row.userId().equals(placed.userId())
                                && row.promoItemId() == placed.promoItemId()
                                && row.quantity() == placed.quantity());
                return;
            }
            Candidate twin = fresh.get(placed.orderId());
            if (twin != null) {
                OrderPlaced other = twin.placed();
                sameOrPark(delivery, other.userId().equals(placed.userId()) && other.quantity() == placed.quantity());
                return;
            }
            Item item = items.get(placed.promoItemId());
            String wrong = whatIsWrong(placed, item);
            if (wrong != null) {
                toPark.add(delivery.parked(wrong));
                return;
            }
            fresh.put(
                    placed.orderId(), new Candidate(placed, isStale(delivery, placed) ? Rejection.STALE_EPOCH : null));
        }

        private void sameOrPark(Delivery delivery, boolean same) {
            if (same) {
                seenBefore++;
                return;
            }
            toPark.add(delivery.parked("its order id belongs to another order"));
        }

        private static @Nullable String whatIsWrong(OrderPlaced placed, @Nullable Item item) {
            if (item == null) {
                return "item " + placed.promoItemId() + " is not known";
            }
            if (!item.sku().equals(placed.sku())) {
                return "item " + item.id() + " is not of SKU " + placed.sku();
            }
            if (placed.epoch() > item.epoch()) {
                return "epoch " + placed.epoch() + " has not begun, item " + item.id() + " is at " + item.epoch();
            }
            return null;
        }

        /** A parked order was counted as held when the item was rebuilt, so it is never too late. */
        private boolean isStale(Delivery delivery, OrderPlaced placed) {
            Long fence = fences.get(new Place(delivery.queue(), placed.promoItemId()));
            return fence != null && placed.epoch() < fence && !openParked.contains(placed.orderId());
        }
    }
}
