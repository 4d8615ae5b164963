package io.flashsale.consumer.intake;

import io.flashsale.consumer.settings.ConsumerSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The loop: take a batch, write it, acknowledge it. One thread, one batch in hand, so what waits in memory is the client's prefetch and this
 * batch, whatever is broken. While MySQL cannot be reached the batch in hand is tried again in place, and nothing is acknowledged.
 */
@Component
class Intake implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    /** How soon a stop is noticed while nothing comes. */
    private static final long IDLE_WAIT_MS = 200;

    /**
     * A batch in hand takes some 20 ms; one that takes longer is given up, and comes again. With the 2 s that HTTP may take after it, a stop
     * ends within 5 s.
     */
    private static final long STOP_WAIT_MS = 2_500;

    private static final long LAG_FORGOTTEN_NANOS = Duration.ofSeconds(30).toNanos();

    private static final Duration SILENCE_BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private final ConsumerSettings settings;
    private final BatchWriter writer;
    private final Clock clock;
    private final MeterRegistry meters;
    private final DistributionSummary batchMessages;
    private final Timer batchSeconds;
    private final Counter retries;
    private final Map<Delivery.Queue, Lag> behind = new ConcurrentHashMap<>();

    private volatile boolean stopping;
    private volatile CountDownLatch wake = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable OrderQueue queue;
    private volatile long oldestInHand;
    private volatile long failingSince;
    private volatile boolean dead;

    Intake(ConsumerSettings settings, BatchWriter writer, Clock clock, MeterRegistry meters) {
        this.settings = settings;
        this.writer = writer;
        this.clock = clock;
        this.meters = meters;
        this.batchMessages = DistributionSummary.builder("flashsale_consumer_batch_messages")
                .description("messages that were written together")
                .publishPercentileHistogram()
                .maximumExpectedValue(1_024.0)
                .register(meters);
        this.batchSeconds = Timer.builder("flashsale_consumer_batch_seconds")
                .description("one transaction of orders")
                .register(meters);
        this.retries = Counter.builder("flashsale_consumer_retries_total")
                .description("batches that had to be written again")
                .register(meters);
        Gauge.builder("flashsale_consumer_lag_messages", this, Intake::lagMessages)
                .description("behind the queues' ends, as of the last pull of each")
                .register(meters);
        Gauge.builder("flashsale_consumer_oldest_seconds", this, Intake::oldestSeconds)
                .description("age of the oldest message in hand; rises while MySQL cannot be reached")
                .register(meters);
    }

    @Override
    public void start() {
        stopping = false;
        wake = new CountDownLatch(1);
        Thread loop = new Thread(this::run, "intake");
        loop.setDaemon(true);
        loop.setUncaughtExceptionHandler((t, e) -> {
            dead = true;
            log.error("the intake has died", e);
        });
        thread = loop;
        loop.start();
    }

    @Override
    public void stop() {
        stopping = true;
        wake.countDown();
        Thread loop = thread;
        if (loop == null) {
            return;
        }
        try {
            loop.join(STOP_WAIT_MS);
            if (loop.isAlive()) {
                log.warn(
                        "the batch in hand did not end within {} ms: it is left unacknowledged and will come again",
                        STOP_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Why it takes no orders at the moment; null if it does. */
    @Nullable
    String trouble() {
        if (dead) {
            return "the intake has died";
        }
        OrderQueue current = queue;
        if (current == null || !current.routeKnown()) {
            return "the queues are not known yet";
        }
        long since = failingSince;
        if (since != 0) {
            return "writing has failed for "
                    + Duration.ofMillis(clock.millis() - since).toSeconds() + " s";
        }
        return null;
    }

    private void run() {
        OrderQueue opened = openPatiently();
        if (opened == null) {
            return;
        }
        try (opened) {
            while (!stopping) {
                List<Delivery> batch = opened.next(IDLE_WAIT_MS);
                if (batch.isEmpty()) {
                    continue;
                }
                oldestInHand =
                        batch.stream().mapToLong(Delivery::storedAt).min().orElse(0);
                if (writeInPlace(batch)) {
                    opened.acknowledge(batch);
                    noteLag(batch);
                }
                oldestInHand = 0;
            }
        } finally {
            queue = null;
        }
    }

    private @Nullable OrderQueue openPatiently() {
        Backoff backoff = backoff();
        while (!stopping) {
            var candidate = new OrderQueue(settings.namesrv(), settings.intake());
            try {
                candidate.start();
                queue = candidate;
                return candidate;
            } catch (MQClientException | RuntimeException e) {
                log.warn("the queue cannot be opened, trying again", e);
                candidate.close();
                pause(backoff.next());
            }
        }
        return null;
    }

    /** @return false if it was stopped before the batch was written */
    private boolean writeInPlace(List<Delivery> batch) {
        Backoff backoff = backoff();
        Long warnedAt = null;
        while (true) {
            Timer.Sample sample = Timer.start(meters);
            try {
                count(batch.size(), writer.write(batch));
                sample.stop(batchSeconds);
                if (failingSince != 0) {
                    log.info("writing orders works again");
                    failingSince = 0;
                }
                return true;
            } catch (RuntimeException e) {
                retries.increment();
                if (failingSince == 0) {
                    failingSince = clock.millis();
                }
                long now = System.nanoTime();
                if (warnedAt == null || now - warnedAt > SILENCE_BETWEEN_WARNINGS.toNanos()) {
                    warnedAt = now;
                    log.warn("a batch of {} messages cannot be written, trying again in place", batch.size(), e);
                }
            }
            if (stopping) {
                return false;
            }
            pause(backoff.next());
            if (stopping) {
                return false;
            }
        }
    }

    private void count(int messages, BatchWriter.Tally tally) {
        batchMessages.record(messages);
        count("placed", tally.placed());
        count("seen_before", tally.seenBefore());
        count("parked", tally.parked());
        count("marker", tally.markers());
        tally.rejected().forEach((rejection, number) -> Counter.builder("flashsale_orders_rejected_total")
                .description("orders that MySQL refused, by reason")
                .tag("reason", rejection.name())
                .register(meters)
                .increment(number));
    }

    private void count(String outcome, int number) {
        if (number > 0) {
            Counter.builder("flashsale_consumer_messages_total")
                    .description("messages of the queue by what they came to")
                    .tag("outcome", outcome)
                    .register(meters)
                    .increment(number);
        }
    }

    private void noteLag(List<Delivery> batch) {
        for (Delivery delivery : batch) {
            behind.put(
                    delivery.queue(),
                    new Lag(Math.max(0, delivery.queueEnd() - delivery.offset() - 1), System.nanoTime()));
        }
    }

    private record Lag(long messages, long seenAt) {}

    /** Without the queues that went to another consumer: from those nothing came for long while something came from others. */
    private double lagMessages() {
        List<Lag> lags = List.copyOf(behind.values());
        long newest = lags.stream().mapToLong(Lag::seenAt).max().orElse(0);
        return lags.stream()
                .filter(lag -> newest - lag.seenAt() < LAG_FORGOTTEN_NANOS)
                .mapToLong(Lag::messages)
                .sum();
    }

    private double oldestSeconds() {
        long oldest = oldestInHand;
        return oldest == 0 ? 0 : Math.max(0, clock.millis() - oldest) / 1_000.0;
    }

    private Backoff backoff() {
        return new Backoff(settings.intake().retryFirst(), settings.intake().retryMost());
    }

    private void pause(Duration length) {
        try {
            boolean woken = wake.await(length.toMillis(), TimeUnit.MILLISECONDS);
            if (woken) {
                log.debug("woken to stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }
}
