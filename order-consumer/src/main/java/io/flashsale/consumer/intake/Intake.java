package io.flashsale.consumer.intake;

import io.flashsale.consumer.settings.ConsumerSettings;
import io.flashsale.telemetry.BatchSpans;
import io.flashsale.telemetry.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
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

    private static final Duration SILENCE_BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private final ConsumerSettings settings;
    private final BatchWriter writer;
    private final Clock clock;
    private final MeterRegistry meters;
    private final Tracing tracing;
    private final DistributionSummary batchMessages;
    private final Timer batchSeconds;
    private final Counter retries;

    private volatile boolean stopping;
    private volatile CountDownLatch wake = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable OrderQueue queue;
    private volatile long oldestInHand;
    private volatile long failingSince;
    private volatile boolean dead;
    private volatile OrderQueue.@Nullable Behind behind;

    Intake(ConsumerSettings settings, BatchWriter writer, Clock clock, MeterRegistry meters, Tracing tracing) {
        this.settings = settings;
        this.writer = writer;
        this.clock = clock;
        this.meters = meters;
        this.tracing = tracing;
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
        Gauge.builder("flashsale_consumer_lag_messages", this, Intake::lag)
                .description(
                        "in the queues that this consumer reads and not acknowledged; not a number while the broker does not say")
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
                Map<String, Span> processed = processed(batch);
                try (var spans = BatchSpans.of(tracing, "write orders", batch.size(), processed)) {
                    spans.step("write");
                    if (writeInPlace(batch)) {
                        spans.step("acknowledge");
                        opened.acknowledge(batch);
                    }
                } finally {
                    processed.values().forEach(Span::end);
                }
                oldestInHand = 0;
            }
        } finally {
            queue = null;
        }
    }

    /** Begins a span for each delivery whose sending was recorded, under that one; by the messages' ids. */
    private Map<String, Span> processed(List<Delivery> batch) {
        if (!tracing.on()) {
            return Map.of();
        }
        Map<String, Span> spans = new HashMap<>();
        for (Delivery delivery : batch) {
            Span span = tracing.start(
                    tracing.carried(delivery.traceparent()),
                    "process " + delivery.queue().topic(),
                    SpanKind.CONSUMER);
            if (span.isRecording()) {
                span.setAttribute("messaging.system", "rocketmq")
                        .setAttribute(
                                "messaging.destination.name", delivery.queue().topic())
                        .setAttribute(
                                "messaging.destination.partition.id",
                                Integer.toString(delivery.queue().id()))
                        .setAttribute(
                                "messaging.consumer.group.name",
                                settings.intake().group())
                        .setAttribute("messaging.operation.name", "process")
                        .setAttribute("messaging.operation.type", "process")
                        .setAttribute("messaging.message.id", delivery.messageId())
                        .setAttribute("messaging.rocketmq.message.keys", String.valueOf(delivery.key()));
                spans.put(delivery.messageId(), span);
            }
        }
        return spans;
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

    /** Also while a batch cannot be written, when nothing is pulled that would tell. */
    @Scheduled(fixedDelay = 2_000)
    void lookAtTheQueues() {
        OrderQueue current = queue;
        OrderQueue.Behind next = null;
        try {
            if (current != null && current.routeKnown()) {
                next = current.behind();
            }
        } catch (MQClientException | RuntimeException e) {
            log.debug("the broker does not say how far the queues are", e);
        }
        behind = next;
    }

    /** Null while the broker does not say. */
    OrderQueue.@Nullable Behind behind() {
        return behind;
    }

    private double lag() {
        OrderQueue.Behind known = behind;
        return known == null ? Double.NaN : known.messages();
    }

    /** Whether it is at the queue at all, or on its way there, or ended. */
    boolean reads() {
        return queue != null && !dead;
    }

    long oldestMs() {
        return Math.round(oldestSeconds() * 1_000);
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
