package io.flashsale.backend.payment;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.order.ConsumerClient;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.web.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Payments that came after their orders had expired: takes units and quota again in Redis, which ignores the window, and tells the
 * consumer, which takes them in MySQL or sends the money back. Anything may die in between: what Redis has taken already it says again,
 * and a rebuild forgets what MySQL does not know.
 */
@Component
final class LatePayments extends Loop {

    private static final int MOST = 50;

    private final PaymentQueries queries;
    private final ItemDirectory items;
    private final StockFunctions functions;
    private final ConsumerClient consumer;

    LatePayments(PaymentQueries queries, ItemDirectory items, StockFunctions functions, ConsumerClient consumer) {
        super("late-payments", Duration.ofMillis(500));
        this.queries = queries;
        this.items = items;
        this.functions = functions;
        this.consumer = consumer;
    }

    private record Retaken(boolean taken, long epoch) {}

    @Override
    protected void run() {
        if (!items.looked()) {
            return; // whether an item is in Redis is not known yet
        }
        Set<Long> waiting = new HashSet<>();
        List<PaymentQueries.Late> some;
        do {
            some = queries.late(MOST, waiting);
            int before = waiting.size();
            boolean any = false;
            for (var late : some) {
                any |= !waiting.contains(late.itemId()) && settle(late, waiting);
            }
            if (!any && waiting.size() == before) {
                return;
            }
            // One item's trouble must not hold up the payments of the others behind it.
        } while (!some.isEmpty());
    }

    /** @return whether the consumer was told; an item that cannot be asked about, or told of, is added to {@code waiting} */
    private boolean settle(PaymentQueries.Late late, Set<Long> waiting) {
        Item item = items.byId(late.itemId());
        if (item == null) {
            waiting.add(late.itemId());
            return false;
        }
        boolean kept = items.kept().stream().anyMatch(each -> each.id() == item.id());
        // Long after its end an item is in Redis no more: then there is nothing to take from.
        String outcome = kept ? functions.retake(item.keys(), late.orderId(), item.version()) : "ENDED";
        if (outcome.equals("NOT_READY") || outcome.equals("MISSING")) {
            waiting.add(late.itemId()); // being rebuilt, or about to be: the next round
            return false;
        }
        boolean taken = outcome.equals("RETAKEN") || outcome.equals("ALREADY");
        try {
            var told = consumer.post(
                    "/internal/payments/" + late.paymentId() + "/orders/" + late.orderId() + "/retaken",
                    new Retaken(taken, item.epoch()),
                    "payment");
            if (!told.getStatusCode().is2xxSuccessful()) {
                waiting.add(late.itemId());
                return false;
            }
        } catch (Refusal unknown) {
            waiting.add(late.itemId()); // Redis says ALREADY the next time
            return false;
        }
        Counter.builder("flashsale_late_payments_total")
                .description("payments that came after their order had ended, by what came of them")
                .tag("outcome", outcome)
                .register(Metrics.globalRegistry)
                .increment();
        return true;
    }
}
