package io.flashsale.telemetry;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one service. An order's trace id is the edge's, 16 hex digits, behind 16 zeros. Whether its spans are recorded is
 * decided by that id alone, so that all parts decide alike; so are the ids of the edge's spans, so that they can be parents.
 *
 * <p>Of an order that is not recorded every span is {@link Span#getInvalid()}: it costs a checksum, and not that where there is no
 * collector. Recorded spans are sent in the background; see {@link Outbox} for what happens where that fails.
 */
public final class Tracing implements AutoCloseable {

    /** Links of a batch's span: more than a batch has orders. */
    private static final int LINKS = 512;

    private static final String ZEROS = "0000000000000000";
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<String> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return "traceparent".equals(key) ? carrier : null;
        }
    };

    private final Tracer tracer;
    private final long threshold;
    private final @Nullable SdkTracerProvider provider;

    private Tracing(double share, @Nullable SdkTracerProvider provider) {
        this.threshold = (long) (share * (1L << 32));
        this.provider = provider;
        this.tracer = (provider == null ? TracerProvider.noop() : provider).get("flashsale");
    }

    /** Records nothing. */
    public static Tracing off() {
        return new Tracing(0, null);
    }

    /**
     * @param service its name in the traces
     * @param url of the collector, as {@code http://127.0.0.1:4318}; null is {@link #off()}
     * @param share of the orders that are recorded, 0 to 1
     */
    public static Tracing to(String service, @Nullable String url, double share) {
        if (url == null || share == 0) {
            return off();
        }
        return new Tracing(
                share,
                SdkTracerProvider.builder()
                        .setSampler(Sampler.alwaysOn()) // nobody asks for a span of what is not sampled
                        .setSpanLimits(
                                SpanLimits.builder().setMaxNumberOfLinks(LINKS).build())
                        .setResource(Resource.getDefault()
                                .merge(Resource.create(Attributes.of(stringKey("service.name"), service))))
                        .addSpanProcessor(Outbox.to(url))
                        .build());
    }

    /** Whether there is a collector and a share. */
    public boolean on() {
        return provider != null;
    }

    /** The edge's span of the whole purchase; invalid where it is not recorded. */
    public SpanContext purchase(@Nullable String traceId) {
        return context(traceId, 0);
    }

    /** The edge's span of handing it over to a backend; invalid where it is not recorded. */
    public SpanContext handOver(@Nullable String traceId) {
        return context(traceId, Long.MIN_VALUE);
    }

    private SpanContext context(@Nullable String traceId, long child) {
        if (threshold == 0 || traceId == null || !isId(traceId) || !sampled(traceId)) {
            return SpanContext.getInvalid();
        }
        String span = SpanId.fromLong(Long.parseUnsignedLong(traceId, 16) ^ child);
        return SpanContext.createFromRemoteParent(
                ZEROS + traceId, span, TraceFlags.getSampled(), TraceState.getDefault());
    }

    /** What a part wrote with {@link #carry}; invalid where there is nothing, and where nothing is to be recorded. */
    public SpanContext carried(@Nullable String traceparent) {
        if (provider == null || traceparent == null) {
            return SpanContext.getInvalid();
        }
        SpanContext context = Span.fromContext(W3C.extract(Context.root(), traceparent, GETTER))
                .getSpanContext();
        return context.isSampled() ? context : SpanContext.getInvalid();
    }

    /** Gives the span's W3C {@code traceparent} to a carrier of headers, by name and value. */
    public static void carry(Span span, BiConsumer<String, String> carrier) {
        W3C.inject(Context.root().with(span), carrier, (headers, name, value) -> {
            if (headers != null) {
                headers.accept(name, value);
            }
        });
    }

    /** Begins a span; an invalid one under an invalid parent. */
    public Span start(SpanContext parent, String name, SpanKind kind) {
        return startBelow(Span.wrap(parent), name, kind);
    }

    /** The same under a span of this process, by whose clock it is measured: it does not end after what ends later. */
    Span startBelow(Span parent, String name, SpanKind kind) {
        if (!parent.getSpanContext().isValid()) {
            return Span.getInvalid();
        }
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(Context.root().with(parent))
                .startSpan();
    }

    /** Begins a span that is in none of these traces, and says that it worked for all of them. */
    Span startForAll(Iterable<Span> spans, String name) {
        var builder = tracer.spanBuilder(name).setNoParent();
        spans.forEach(span -> builder.addLink(span.getSpanContext()));
        return builder.startSpan();
    }

    private static boolean isId(String traceId) {
        if (traceId.length() != SpanId.getLength()) {
            return false;
        }
        for (int i = 0; i < traceId.length(); i++) {
            if (Character.digit(traceId.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean sampled(String traceId) {
        var checksum = new CRC32();
        checksum.update(traceId.getBytes(US_ASCII));
        return checksum.getValue() < threshold;
    }

    /** Sends what waits, for two seconds at most. */
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(2, TimeUnit.SECONDS);
        }
    }
}
