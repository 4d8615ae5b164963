package io.flashsale.backend.order;

import io.flashsale.backend.policy.PurchasePolicy;
import io.flashsale.backend.policy.Request;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.queue.SendOutcome;
import io.flashsale.backend.stock.EpochEnd;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.Messages;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.Reservation.State;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Sends what the epoch that ends still has in its pending set, ahead of the marker.
 *
 * <p>Decided SEND: sent. Redis may have come back with an older state, then MySQL may have the order by now; the consumer knows
 * it by its id. Not decided: where the keys are exact (the lease ran out because no backend was there to renew it), nobody has
 * a verdict and nobody can give one any more, so the policy's is the only one: what it lets through is sent. In an older copy
 * the verdict may have been lost, and a refusal must stay one, so there it ends as "nothing".
 */
@Component
final class Rescue implements EpochEnd {

    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);
    private static final int BATCH = 256;

    private final RedisLink link;
    private final PurchasePolicy policy;
    private final OrderQueue queue;

    Rescue(RedisLink link, PurchasePolicy policy, OrderQueue queue) {
        this.link = link;
        this.policy = policy;
        this.queue = queue;
    }

    @Override
    public boolean settle(Item item, boolean exact, Runnable alive) {
        List<String> ids = RedisLink.await(link.commands().zrange(item.keys().pending(), 0, -1));
        int sent = 0;
        for (int from = 0; from < ids.size(); from += BATCH) {
            alive.run();
            var orders = orders(item, ids.subList(from, Math.min(ids.size(), from + BATCH)), exact);
            if (!orders.isEmpty() && queue.send(orders) != SendOutcome.SENT) {
                return false;
            }
            sent += orders.size();
        }
        if (!ids.isEmpty()) {
            LOG.info("item {}: epoch {} ends; of {} pending, {} were sent", item.id(), item.epoch(), ids.size(), sent);
        }
        return true;
    }

    private List<OrderPlaced> orders(Item item, List<String> ids, boolean exact) {
        var orders = new ArrayList<OrderPlaced>();
        var undecided = new ArrayList<OrderPlaced>();
        for (var packed :
                RedisLink.await(link.commands().hmget(item.keys().reservations(), ids.toArray(String[]::new)))) {
            if (!packed.hasValue()) {
                continue;
            }
            var reservation = Reservation.unpack(packed.getValue());
            if (reservation.state() == State.SEND) {
                orders.add(placed(item, packed.getKey(), reservation));
            } else if (exact && reservation.state() == State.TAKEN) {
                undecided.add(placed(item, packed.getKey(), reservation));
            }
        }
        orders.addAll(judged(item, undecided));
        return orders;
    }

    private List<OrderPlaced> judged(Item item, List<OrderPlaced> undecided) {
        if (undecided.isEmpty()) {
            return List.of();
        }
        var verdicts = policy.judge(undecided.stream()
                .map(order -> new Request(item.keys(), order.userId(), order.userLevel(), order.quantity()))
                .toList());
        var through = new ArrayList<OrderPlaced>();
        for (int i = 0; i < verdicts.size(); i++) {
            if (verdicts.get(i).equals(PurchasePolicy.SEND)) {
                through.add(undecided.get(i));
            }
        }
        return through;
    }

    private static OrderPlaced placed(Item item, String orderId, Reservation reservation) {
        return Messages.placed(
                orderId,
                item.keys(),
                item.promoId(),
                item.priceMinor(),
                item.currency(),
                Item.PROMO_VERSION,
                reservation);
    }
}
