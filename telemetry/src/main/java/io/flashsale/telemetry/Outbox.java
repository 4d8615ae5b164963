package io.flashsale.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Spans that have ended, on their way to the collector: {@value #ROOM} of them at most, sent once a second or when a batch is full, tried
 * once. What finds no room is dropped and what the collector does not take is lost; both are counted, and nobody waits for either.
 */
final class Outbox implements SpanProcessor {

    /** Some 4 MB; a second's worth of 500 recorded orders. */
    private static final int ROOM = 4096;

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter dropped = counter("dropped");
    private final Counter sent = counter("sent");
    private final Counter lost = counter("lost");
    private final SpanProcessor batches;

    private Outbox(SpanExporter exporter) {
        batches = BatchSpanProcessor.builder(new Counting(exporter))
                .setMaxQueueSize(ROOM)
                .setScheduleDelay(EVERY)
                .setExporterTimeout(TIMEOUT)
                .build();
    }

    static Outbox to(String url) {
        return new Outbox(OtlpHttpSpanExporter.builder()
                .setEndpoint(url + "/v1/traces")
                .setConnectTimeout(CONNECT_TIMEOUT)
                .setTimeout(TIMEOUT)
                .setRetryPolicy(null)
                .build());
    }

    private static Counter counter(String outcome) {
        return Counter.builder("flashsale_trace_spans_total")
                .description("spans that ended, by what became of them")
                .tag("outcome", outcome)
                .register(Metrics.globalRegistry);
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        batches.onStart(parent, span);
    }

    @Override
    public boolean isStartRequired() {
        return batches.isStartRequired();
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (waiting.incrementAndGet() > ROOM) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        batches.onEnd(span);
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    private final class Counting implements SpanExporter {

        private final SpanExporter exporter;

        Counting(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            int count = spans.size();
            CompletableResultCode result = exporter.export(spans);
            return result.whenComplete(() -> {
                waiting.addAndGet(-count);
                (result.isSuccess() ? sent : lost).increment(count);
            });
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
