package io.flashsale.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is recorded of orders that are worked on together: in each order's trace a span for each step that it took, and in a trace of
 * its own a span of the whole batch that links to all of them. Nothing at all where no order of the batch is recorded.
 */
public final class BatchSpans implements AutoCloseable {

    private final Tracing tracing;
    private final Map<String, Span> orders;
    private final Span batch;
    private List<Span> step = List.of();

    private BatchSpans(Tracing tracing, Map<String, Span> orders, Span batch) {
        this.tracing = tracing;
        this.orders = orders;
        this.batch = batch;
    }

    /**
     * @param name of the batch's span
     * @param size of the batch, recorded or not
     * @param orders the spans of those that are recorded, by id
     */
    public static BatchSpans of(Tracing tracing, String name, int size, Map<String, Span> orders) {
        if (orders.isEmpty()) {
            return new BatchSpans(tracing, orders, Span.getInvalid());
        }
        Span batch = tracing.startForAll(orders.values(), name);
        batch.setAttribute("messaging.batch.message_count", size);
        return new BatchSpans(tracing, orders, batch);
    }

    /** All of the orders take a step; the one before ends. */
    public void step(String name) {
        step(name, SpanKind.INTERNAL, orders.keySet());
    }

    /**
     * Some of the orders take a step; the one before ends for all.
     *
     * @return the step's spans, by the ids of the orders that are recorded
     */
    public Map<String, Span> step(String name, SpanKind kind, Collection<String> ids) {
        endStep();
        if (orders.isEmpty()) {
            return Map.of();
        }
        var spans = new HashMap<String, Span>();
        for (String id : ids) {
            Span order = orders.get(id);
            if (order != null) {
                spans.put(id, tracing.startBelow(order, name, kind));
            }
        }
        step = new ArrayList<>(spans.values());
        return spans;
    }

    private void endStep() {
        step.forEach(Span::end);
        step = List.of();
    }

    /** Ends the last step and the batch's span; the orders' own are their owners' to end. */
    @Override
    public void close() {
        endStep();
        batch.end();
    }
}
