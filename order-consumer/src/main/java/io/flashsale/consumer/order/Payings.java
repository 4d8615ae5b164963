package io.flashsale.consumer.order;

import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.LedgerEvent;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Utc;
import io.flashsale.telemetry.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * {@code PENDING_PAYMENT} → {@code PAID}, and {@code EXPIRED} → {@code PAID} for a payment that came late: the one place where held units
 * become sold ones. State, counters, ledger and what Redis is owed change in the caller's transaction, under the item's lock and the
 * order's.
 */
@Component
public class Payings {

    private final OrderMapper orders;
    private final Stock stock;
    private final Tracing tracing;

    Payings(OrderMapper orders, Stock stock, Tracing tracing) {
        this.orders = orders;
        this.stock = stock;
        this.tracing = tracing;
    }

    /**
     * Sells orders of one item that one payment pays for.
     *
     * @param item locked
     * @param paid locked after it, all {@code PENDING_PAYMENT}
     */
    public void pay(Item item, List<OrderRow> paid, Instant now) {
        sell(item, paid, OrderState.PENDING_PAYMENT, LedgerEvent.PAID, now);
    }

    /**
     * Takes the units of an expired order once more, and sells them.
     *
     * @param row locked, {@code EXPIRED}
     * @return false if there are too few by now; then nothing has changed
     */
    public boolean retake(Item item, OrderRow row, Instant now) {
        if (!stock.hold(item.id(), row.quantity())) {
            return false;
        }
        sell(item, List.of(row), OrderState.EXPIRED, LedgerEvent.RETAKEN, now);
        return true;
    }

    private void sell(Item item, List<OrderRow> rows, OrderState from, LedgerEvent event, Instant now) {
        List<Span> spans = rows.stream()
                .map(row -> tracing.start(tracing.purchase(row.traceId()), "pay", SpanKind.INTERNAL)
                        .setAttribute("flashsale.order.id", row.id()))
                .toList();
        try {
            sellRecorded(item, rows, from, event, now);
        } finally {
            spans.forEach(Span::end);
        }
    }

    private void sellRecorded(Item item, List<OrderRow> rows, OrderState from, LedgerEvent event, Instant now) {
        for (OrderRow row : rows) {
            if (orders.pay(row.id(), from, Utc.text(now)) != 1) {
                throw new IllegalStateException(
                        "order " + row.id() + " was " + from + " under its lock and is no longer");
            }
        }
        stock.sell(item.id(), rows.stream().mapToInt(OrderRow::quantity).sum());
        stock.append(event, rows.stream().map(OrderRow::id).toList(), now);
        stock.owe(item, rows.stream().map(row -> Effect.sold(row.id(), now)).toList(), now);
    }
}
