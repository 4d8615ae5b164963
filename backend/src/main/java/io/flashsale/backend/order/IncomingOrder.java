package io.flashsale.backend.order;

import io.flashsale.contract.StockKeys;
import io.flashsale.telemetry.Tracing;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One reservation as the edge reports it. The units themselves, and what the order will say, are taken from Redis. */
record IncomingOrder(
        @Nullable String orderID,
        @Nullable String sku,
        long promoItemID,
        long epoch,
        @Nullable String userID,
        int level,
        int quantity,
        @Nullable String requestID,
        long payBefore,
        @Nullable String traceID) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Null, or what is wrong with it. */
    @Nullable
    String problem() {
        if (orderID == null || !ID.matcher(orderID).matches()) {
            return "orderID";
        }
        if (sku == null || !ID.matcher(sku).matches()) {
            return "sku";
        }
        if (userID == null || !ID.matcher(userID).matches()) {
            return "userID";
        }
        if (promoItemID < 1) {
            return "promoItemID";
        }
        if (epoch < 1) {
            return "epoch";
        }
        return quantity < 1 || quantity > 100 ? "quantity" : null;
    }

    /** Of an order without a {@link #problem()}; its span begins, under the one of the edge. */
    Candidate candidate(Tracing tracing) {
        return new Candidate(
                Objects.requireNonNull(orderID),
                new StockKeys(Objects.requireNonNull(sku), promoItemID, epoch),
                Objects.requireNonNull(userID),
                level,
                quantity,
                false,
                tracing.start(tracing.handOver(traceID), "order", SpanKind.SERVER));
    }
}
