package io.flashsale.consumer.expiry;

import io.flashsale.consumer.order.Ending;
import io.flashsale.consumer.order.Endings;
import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.settings.ConsumerSettings;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Fault;
import io.flashsale.consumer.store.Transactions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Ends the holds whose deadline has passed, every second. Any number of consumers may sweep at once: what one has in hand the others skip or
 * find ended. One transaction per item and batch, so a broken item keeps nobody else's units.
 */
@Component
public class ExpirySweep {

    private static final Logger log = LoggerFactory.getLogger(ExpirySweep.class);

    private static final Duration SILENCE_BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private final Orders orders;
    private final Stock stock;
    private final Endings endings;
    private final Transactions transactions;
    private final Clock clock;
    private final ConsumerSettings.Sweep settings;
    private final Counter expired;
    private final Counter failed;
    private final Timer duration;
    private Instant quietUntil = Instant.MIN;

    ExpirySweep(
            Orders orders,
            Stock stock,
            Endings endings,
            Transactions transactions,
            Clock clock,
            ConsumerSettings settings,
            MeterRegistry meters) {
        this.orders = orders;
        this.stock = stock;
        this.endings = endings;
        this.transactions = transactions;
        this.clock = clock;
        this.settings = settings.sweep();
        this.expired = Counter.builder("flashsale_sweep_expired_orders_total")
                .description("holds that ended unpaid")
                .register(meters);
        this.failed = Counter.builder("flashsale_sweep_failures_total")
                .description("sweeps, or items of one, that failed")
                .register(meters);
        this.duration = Timer.builder("flashsale_sweep_seconds")
                .description("one look for holds whose time is over")
                .register(meters);
    }

    @Scheduled(fixedDelay = 1_000, initialDelay = 1_000)
    void everySecond() {
        try {
            duration.record(this::sweep);
        } catch (RuntimeException e) {
            failed.increment();
            Instant now = clock.instant();
            if (now.isAfter(quietUntil)) {
                quietUntil = now.plus(SILENCE_BETWEEN_WARNINGS);
                log.warn("the expiry sweep failed and goes on in a second", e);
            }
        }
    }

    /** Ends what is overdue, at most the configured number. @return how many orders it ended */
    public int sweep() {
        int total = 0;
        Set<Long> broken = new HashSet<>();
        while (total < settings.most()) {
            Instant now = clock.instant();
            List<OrderRow> overdue = transactions.once(() -> orders.overdue(now, settings.batchOrders(), broken));
            Map<Long, List<String>> byItem = overdue.stream()
                    .collect(Collectors.groupingBy(
                            OrderRow::promoItemId,
                            TreeMap::new,
                            Collectors.mapping(OrderRow::id, Collectors.toList())));
            int ended = 0;
            for (var entry : byItem.entrySet()) {
                ended += endOrLeave(entry.getKey(), entry.getValue(), now, broken);
            }
            total += ended;
            // Nothing ended though nothing broke: somebody else has them in hand, and the next second is soon enough.
            boolean stuck = ended == 0 && broken.stream().noneMatch(byItem::containsKey);
            if (stuck || overdue.size() < settings.batchOrders()) {
                return total;
            }
        }
        return total;
    }

    /** An item that cannot be ended is left out for the rest of the sweep: the others' holds end on time. */
    private int endOrLeave(long itemId, List<String> ids, Instant now, Set<Long> broken) {
        try {
            int ended = transactions.retrying(() -> end(itemId, ids, now));
            expired.increment(ended);
            return ended;
        } catch (RuntimeException e) {
            if (Fault.of(e) == Fault.INFRASTRUCTURE && !lockIsHeld(e)) {
                throw e;
            }
            broken.add(itemId);
            failed.increment();
            log.error("{} overdue orders of item {} could not be ended", ids.size(), itemId, e);
            return 0;
        }
    }

    /** Somebody sits on this item's row; the database is well. */
    private static boolean lockIsHeld(RuntimeException e) {
        return e instanceof PessimisticLockingFailureException;
    }

    private int end(long itemId, List<String> ids, Instant now) {
        Item item = stock.lock(List.of(itemId)).get(itemId);
        if (item == null) {
            throw new IllegalStateException("item " + itemId + " of overdue orders is gone");
        }
        List<OrderRow> overdue = orders.lockOverdue(ids, now);
        endings.end(item, overdue, Ending.EXPIRED, now);
        return overdue.size();
    }
}
