package io.flashsale.backend.stock;

import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Sends what the epoch that ends still owed the queue, before the marker: orders that were decided SEND and not acknowledged.
 * Nobody was told RESERVED for them, so it is a kindness, not a promise, and is not repeated if it fails. What was taken and
 * not decided ends as "nothing": a verdict needs a lease. A Redis that came back with an older state may name orders that
 * MySQL has by now; the consumer knows them by their ids.
 */
@Component
final class Rescue {

    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);

    private final RedisLink link;
    private final OrderQueue queue;

    Rescue(RedisLink link, OrderQueue queue) {
        this.link = link;
        this.queue = queue;
    }

    void send(Item item) {
        StockKeys keys = item.keys();
        List<String> ids = RedisLink.await(link.commands().zrange(keys.pending(), 0, -1));
        int sent = 0;
        for (int from = 0; from < ids.size(); from += StockFunctions.MAX_BATCH) {
            var some = ids.subList(from, Math.min(ids.size(), from + StockFunctions.MAX_BATCH));
            var orders = orders(item, keys, some);
            if (!orders.isEmpty()) {
                queue.send(orders);
                sent += orders.size();
            }
        }
        if (!ids.isEmpty()) {
            LOG.info(
                    "item {}: epoch {} ends with {} pending, {} of them decided and sent",
                    item.id(),
                    item.epoch(),
                    ids.size(),
                    sent);
        }
    }

    private List<OrderPlaced> orders(Item item, StockKeys keys, List<String> ids) {
        var orders = new ArrayList<OrderPlaced>();
        for (var packed : RedisLink.await(link.commands().hmget(keys.reservations(), ids.toArray(String[]::new)))) {
            if (!packed.hasValue()) {
                continue;
            }
            var reservation = Reservation.unpack(packed.getValue());
            if (reservation.state() == Reservation.State.SEND) {
                orders.add(Messages.placed(
                        packed.getKey(),
                        keys,
                        item.promoId(),
                        item.priceMinor(),
                        item.currency(),
                        Item.PROMO_VERSION,
                        reservation));
            }
        }
        return orders;
    }
}
