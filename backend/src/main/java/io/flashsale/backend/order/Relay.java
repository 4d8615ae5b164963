package io.flashsale.backend.order;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.contract.Code;
import io.flashsale.contract.Reservation;
import io.flashsale.telemetry.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Settles what stayed in the pending sets: a backend died, the broker was away, an answer got lost. Several backends may
 * relay the same orders at once.
 *
 * <p>What waits in this backend's own intake is left to it: under a crowd that would be most of what is old enough, and each of
 * these orders would be settled and sent twice just when there is no time to spare.
 */
@Component
public final class Relay extends Loop {

    private static final int BATCH = StockFunctions.MAX_BATCH;
    /** For longer an intake is not waited for, whatever holds it up. */
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(15);

    private final ItemDirectory items;
    private final StockFunctions functions;
    private final Settlement settlement;
    private final OrderQueue queue;
    private final Intake intake;
    private final Tracing tracing;
    private final Duration age;
    private volatile long lastRound = System.nanoTime();
    private volatile int waiting;

    Relay(
            ItemDirectory items,
            StockFunctions functions,
            Settlement settlement,
            OrderQueue queue,
            Intake intake,
            Tracing tracing,
            Settings settings,
            MeterRegistry meters) {
        super("relay", Duration.ofMillis(250));
        this.items = items;
        this.functions = functions;
        this.settlement = settlement;
        this.queue = queue;
        this.intake = intake;
        this.tracing = tracing;
        this.age = settings.stock().relayAge();
        Gauge.builder("flashsale_relay_waiting_orders", this, relay -> relay.waiting)
                .description("orders that the last round found and could not settle")
                .register(meters);
    }

    /** How long ago the last whole round ended. */
    public Duration sinceLastRound() {
        return Duration.ofNanos(System.nanoTime() - lastRound);
    }

    /** Orders that the last round found and could not settle. */
    public int waiting() {
        return waiting;
    }

    @Override
    protected void run() {
        int left = 0;
        RuntimeException failure = null;
        for (Item item : items.kept()) {
            try {
                left += relay(item);
            } catch (RuntimeException e) {
                failure = e; // one item's trouble is not another's
            }
        }
        waiting = left;
        if (failure != null) {
            throw failure;
        }
        lastRound = System.nanoTime();
    }

    private int relay(Item item) {
        while (true) {
            List<StockFunctions.Pending> pending =
                    functions.pending(item.keys(), oldEnough(age, intake.longestWait()), BATCH);
            if (pending == null || pending.isEmpty()) {
                return 0;
            }
            if (!queue.breakerClosed()) {
                // The probe finds out when the broker is back. Until then verdicts can wait too: nobody hears them.
                return pending.size();
            }
            int settled = settle(item, pending);
            Counter.builder("flashsale_relay_orders_total")
                    .description("orders that were settled by the relay")
                    .register(Metrics.globalRegistry)
                    .increment(settled);
            if (settled < pending.size()) {
                return pending.size() - settled;
            }
        }
    }

    static Duration oldEnough(Duration age, Duration intakeWaits) {
        return age.plus(intakeWaits.compareTo(MOST_PATIENCE) < 0 ? intakeWaits : MOST_PATIENCE);
    }

    private int settle(Item item, List<StockFunctions.Pending> pending) {
        var candidates = new ArrayList<Candidate>(pending.size());
        for (var order : pending) {
            Reservation reservation = order.reservation();
            candidates.add(new Candidate(
                    order.orderId(),
                    item.keys(),
                    reservation.userId(),
                    reservation.userLevel(),
                    reservation.quantity(),
                    reservation.state() == Reservation.State.SEND,
                    tracing.start(tracing.purchase(reservation.traceId()), "relay", SpanKind.INTERNAL)));
        }
        int settled = 0;
        List<Code> answers = settlement.settle(candidates);
        for (int i = 0; i < answers.size(); i++) {
            candidates.get(i).answered(answers.get(i));
            settled += answers.get(i) == Code.PENDING ? 0 : 1;
        }
        return settled;
    }
}
