package io.flashsale.consumer.order;

import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Utc;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * {@code PENDING_PAYMENT} → {@code CANCELLED} or {@code EXPIRED}: the one place where units of unpaid orders go back. State, counters,
 * ledger and what Redis is owed change in the caller's transaction, under the item's lock and the orders'.
 */
@Component
public class Endings {

    /** No edge's hint about stock is older than a second, so nobody sees returned units before they may be reserved … */
    static final Duration REST = Duration.ofMillis(1_500);

    /** … and nobody can tell the instant at which they may. */
    static final int REST_SPREAD_MS = 500;

    private final OrderMapper orders;
    private final Stock stock;
    private final RandomGenerator random;

    @Autowired
    Endings(OrderMapper orders, Stock stock) {
        this(orders, stock, RandomGenerator.getDefault());
    }

    Endings(OrderMapper orders, Stock stock, RandomGenerator random) {
        this.orders = orders;
        this.stock = stock;
        this.random = random;
    }

    /**
     * Ends orders of one item.
     *
     * @param item locked
     * @param ended locked after it, in the order of their ids, all {@code PENDING_PAYMENT}
     */
    public void end(Item item, List<OrderRow> ended, Ending ending, Instant now) {
        if (ended.isEmpty()) {
            return;
        }
        List<String> ids = ended.stream().map(OrderRow::id).toList();
        if (orders.end(ids, ending.state(), ending.reason(), Utc.text(now)) != ids.size()) {
            throw new IllegalStateException("not all of " + ids + " were still waiting for payment under their locks");
        }
        stock.release(item.id(), ended.stream().mapToInt(OrderRow::quantity).sum());
        stock.append(ending.event(), ids, now);
        stock.owe(
                item,
                ended.stream()
                        .map(order -> Effect.release(order.id(), afterRest(now)))
                        .toList(),
                now);
    }

    Instant afterRest(Instant now) {
        return now.plus(REST).plusMillis(random.nextInt(REST_SPREAD_MS + 1));
    }
}
