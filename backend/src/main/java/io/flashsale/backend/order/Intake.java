package io.flashsale.backend.order;

import io.flashsale.backend.config.Settings;
import io.flashsale.backend.health.Condition;
import io.flashsale.contract.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Takes reservations in, gathers what is there into micro-batches, and has each settled by one of a few workers. The busier,
 * the larger the batches; alone, an order waits for nobody.
 *
 * <p>What finds no room is answered PENDING at once: its units are taken, and the relay will settle it. From then on, until
 * half of the room is free again, the beat stops, so that the edge takes no more.
 */
@Component
final class Intake implements Condition, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private record Place(Inquiry inquiry, int index) {}

    private final Function<List<Candidate>, List<Code>> settlement;
    private final Settings.Intake settings;
    private final BlockingQueue<Place> waiting;
    private final Queue<Inquiry> byDeadline = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Code, Counter> answers = new EnumMap<>(Code.class);
    private final Timer latency;
    private final DistributionSummary batches;
    private final AtomicReference<@Nullable String> failing = new AtomicReference<>();
    private volatile boolean overloaded;
    private volatile boolean running;

    @Autowired
    Intake(Settlement settlement, Settings settings, MeterRegistry meters) {
        this(settlement::settle, settings.intake(), meters);
    }

    Intake(Function<List<Candidate>, List<Code>> settlement, Settings.Intake settings, MeterRegistry meters) {
        this.settlement = settlement;
        this.settings = settings;
        this.waiting = new ArrayBlockingQueue<>(this.settings.capacity());
        for (Code code : Code.values()) {
            answers.put(
                    code,
                    Counter.builder("flashsale_backend_orders_total")
                            .description("orders of the edges by the answer")
                            .tag("code", code.name())
                            .register(Metrics.globalRegistry));
        }
        latency = Timer.builder("flashsale_backend_order_seconds")
                .description("from an order's arrival to its answer")
                .register(Metrics.globalRegistry);
        batches = DistributionSummary.builder("flashsale_backend_batch_orders")
                .description("orders that were settled together")
                .register(Metrics.globalRegistry);
        Gauge.builder("flashsale_backend_waiting_orders", waiting, BlockingQueue::size)
                .description("orders that wait for their turn")
                .register(meters);
    }

    /** Never blocks. The inquiry is answered by the deadline, from another thread or from this one. */
    void take(Inquiry inquiry) {
        byDeadline.add(inquiry);
        for (int i = 0; i < inquiry.orders().size(); i++) {
            if (overloaded || !running || !waiting.offer(new Place(inquiry, i))) {
                overloaded = running;
                inquiry.settle(i, Code.PENDING);
            }
        }
    }

    void answered(Inquiry inquiry) {
        for (int i = 0; i < inquiry.orders().size(); i++) {
            var counter = answers.get(inquiry.verdict(i));
            if (counter != null) {
                counter.increment();
            }
        }
        latency.record(System.nanoTime() - inquiry.began(), TimeUnit.NANOSECONDS);
    }

    /** How long the order has waited that a worker will take up next. */
    Duration longestWait() {
        Place next = waiting.peek();
        return next == null
                ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - next.inquiry().began());
    }

    private void work() {
        var batch = new ArrayList<Place>(settings.batch());
        while (running || !waiting.isEmpty()) {
            try {
                Place first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    calm();
                    continue;
                }
                batch.add(first);
                waiting.drainTo(batch, settings.batch() - 1);
                settle(batch);
                calm();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                // whose answer it was has hung up, or hears PENDING at the deadline
                LOG.error("a worker of the intake goes on after a fault", e);
            } finally {
                batch.clear();
            }
        }
    }

    private void calm() {
        if (overloaded && waiting.size() <= settings.capacity() / 2) {
            overloaded = false;
        }
    }

    private void settle(List<Place> batch) {
        batches.record(batch.size());
        try {
            var verdicts = settlement.apply(batch.stream()
                    .map(place -> place.inquiry().orders().get(place.index()))
                    .toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).inquiry().settle(batch.get(i).index(), verdicts.get(i));
            }
            if (failing.getAndSet(null) != null) {
                LOG.info("orders are settled again");
            }
        } catch (RuntimeException e) {
            Counter.builder("flashsale_backend_batch_failures_total")
                    .description("batches that were left to the relay")
                    .register(Metrics.globalRegistry)
                    .increment();
            String what = e.getClass().getName();
            if (!what.equals(failing.getAndSet(what))) {
                LOG.warn("a batch of orders was not settled, the relay will: PENDING", e);
            }
            batch.forEach(place -> place.inquiry().settle(place.index(), Code.PENDING));
        }
    }

    /** Answers what has no verdict when its time is over. All have the same deadline, so the oldest is always first. */
    private void watch() {
        long deadline = settings.deadline().toNanos();
        while (running || !byDeadline.isEmpty()) {
            long now = System.nanoTime();
            Inquiry oldest;
            try {
                while ((oldest = byDeadline.peek()) != null
                        && (oldest.answered() || now - oldest.began() >= deadline)) {
                    byDeadline.remove();
                    oldest.answer();
                }
            } catch (RuntimeException | Error e) {
                LOG.error("the intake's deadlines go on after a fault", e);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public String name() {
        return "intake";
    }

    @Override
    public @Nullable String problem() {
        if (!running) {
            return "stopping";
        }
        return overloaded ? "more orders wait than there is room for" : null;
    }

    @Override
    public void start() {
        running = true;
        thread("order-deadline", this::watch);
        for (int i = 1; i <= settings.workers(); i++) {
            thread("order-intake-" + i, this::work);
        }
    }

    private void thread(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** What waits is settled first; the rest is the relay's. */
    @Override
    public void stop() {
        running = false;
        long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Starts before the web server takes requests and stops after it, and before Redis's connection (phase 0) does. */
    @Override
    public int getPhase() {
        return 1;
    }
}
