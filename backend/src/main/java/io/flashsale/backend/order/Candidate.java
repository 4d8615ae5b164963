package io.flashsale.backend.order;

import io.flashsale.contract.Code;
import io.flashsale.contract.StockKeys;
import io.opentelemetry.api.trace.Span;

/**
 * A reservation that is to become an order.
 *
 * @param decided its verdict was SEND already, so only sending is left
 * @param span of its way through here; invalid where none is recorded
 */
record Candidate(String orderId, StockKeys keys, String userId, int level, int quantity, boolean decided, Span span) {

    Candidate(String orderId, StockKeys keys, String userId, int level, int quantity, boolean decided) {
        this(orderId, keys, userId, level, quantity, decided, Span.getInvalid());
    }

    /** Ends its span. */
    void answered(Code verdict) {
        if (span.isRecording()) {
            span.setAttribute("flashsale.order.id", orderId)
                    .setAttribute("flashsale.sku", keys.sku())
                    .setAttribute("flashsale.code", verdict.name())
                    .end();
        }
    }
}
