package io.flashsale.consumer.payment;

import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Returns;
import io.flashsale.consumer.payment.PaymentGateway.Event;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import io.flashsale.contract.OrderId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The one place where a refund begins and ends: because a person said so, or because a payment cannot stand. */
@Component
class Refunds {

    private static final Logger LOG = LoggerFactory.getLogger(Refunds.class);

    /** Who asks for the refund of a payment that cannot stand. */
    private static final String OURSELVES = "payments";

    /** @param units null for all that is left */
    record Request(String requestId, @Nullable Integer units, boolean restock, String reason, String by) {}

    /** What asking came to. */
    sealed interface Asked {
        /** @param changed false: it was asked for before, with the same request id */
        record Made(Refund refund, OrderState order, boolean changed) implements Asked {}

        /** The request id stands for another refund. */
        record Reused() implements Asked {}

        record Unknown() implements Asked {}

        /** Not paid, or fewer units than asked for are left. */
        record NotRefundable(OrderState state, int left) implements Asked {}
    }

    private final RefundMapper refunds;
    private final PaymentMapper payments;
    private final Orders orders;
    private final Returns returns;
    private final Stock stock;
    private final Transactions transactions;
    private final JsonMapper json;
    private final Clock clock;

    Refunds(
            RefundMapper refunds,
            PaymentMapper payments,
            Orders orders,
            Returns returns,
            Stock stock,
            Transactions transactions,
            JsonMapper json,
            Clock clock) {
        this.refunds = refunds;
        this.payments = payments;
        this.orders = orders;
        this.returns = returns;
        this.stock = stock;
        this.transactions = transactions;
        this.json = json;
        this.clock = clock;
    }

    Asked ask(OrderId id, Request request) {
        return transactions.retrying(() -> askUnderLocks(id, request));
    }

    private Asked askUnderLocks(OrderId id, Request request) {
        Item item = stock.lock(List.of(id.promoItemId())).get(id.promoItemId());
        OrderRow row = item == null ? null : orders.lock(id.text());
        if (item == null || row == null) {
            return new Asked.Unknown();
        }
        Refund before = refunds.ofRequest(row.id(), request.requestId());
        if (before != null) {
            boolean same =
                    before.restock() == request.restock() && Objects.equals(before.askedUnits(), request.units());
            return same ? new Asked.Made(before, row.state(), false) : new Asked.Reused();
        }
        int left = row.state() == OrderState.PAID ? row.quantity() - row.refunded() : 0;
        int units = request.units() == null ? left : request.units();
        if (units < 1 || units > left) {
            return new Asked.NotRefundable(row.state(), left);
        }
        Share paid = payments.paid(row.id());
        if (paid == null) {
            throw new IllegalStateException("order " + row.id() + " is PAID by no payment");
        }
        Payment payment = Objects.requireNonNull(payments.find(paid.paymentId()));
        Instant now = clock.instant();
        String refundId = row.id() + "-r" + (refunds.ofOrder(row.id()).size() + 1);
        var refund = new Refund(
                refundId,
                row.id(),
                payment.id(),
                units,
                request.units(),
                request.restock(),
                paid.amountMinor() / row.quantity() * units, // what was paid is a price for each unit, exactly
                payment.currency(),
                request.reason(),
                request.by(),
                request.requestId(),
                Refund.State.DUE);
        refunds.create(refund, Utc.text(now));
        returns.refund(item, row, units, request.restock(), refundId, now);
        refunds.audit(
                request.by(),
                "order:" + row.id(),
                json.writeValueAsString(Map.of(
                        "refund", refundId,
                        "units", units,
                        "restock", request.restock(),
                        "reason", request.reason(),
                        "requestID", request.requestId())),
                Utc.text(now));
        return new Asked.Made(refund, units == left ? OrderState.REFUND_PENDING : OrderState.PAID, true);
    }

    /**
     * Money that came and cannot stand. In the transaction, and under the locks, that found it out.
     *
     * @param orderId whose share it is, or in whose name all of the payment goes back
     */
    void owe(String paymentId, String orderId, long amountMinor, String currency, String reason, Instant now) {
        String refundId = orderId + "-r" + (refunds.ofOrder(orderId).size() + 1);
        refunds.create(
                new Refund(
                        refundId,
                        orderId,
                        paymentId,
                        0,
                        null,
                        false,
                        amountMinor,
                        currency,
                        reason,
                        OURSELVES,
                        paymentId,
                        Refund.State.DUE),
                Utc.text(now));
    }

    /**
     * The provider says that a refund is done. Under the locks of items, orders and payment.
     *
     * @param rows the payment's orders, by id
     * @return whether that was news
     */
    boolean done(Map<String, OrderRow> rows, Payment payment, List<Share> shares, Event event, Instant now) {
        Refund refund = event.refundId() == null ? null : refunds.find(event.refundId());
        if (refund == null
                || !refund.paymentId().equals(payment.id())
                || refund.amountMinor() != event.amountMinor()
                || !refund.currency().equals(event.currency())) {
            LOG.warn(
                    "security: an event says that {} of payment {} went back by refund {}, which is not ours",
                    event.amountMinor(),
                    payment.id(),
                    event.refundId());
            return false;
        }
        String at = Utc.text(now);
        if (refunds.done(refund.id(), at) != 1) {
            return false;
        }
        if (refund.quantity() == 0) {
            wentBack(payment, shares, refund, at);
        } else if (refunds.ofOrder(refund.orderId()).stream()
                .allMatch(each -> each.quantity() == 0 || each.state() == Refund.State.DONE)) {
            returns.complete(Objects.requireNonNull(rows.get(refund.orderId())), now);
        }
        return true;
    }

    /** All of a payment, or one order's share of it. */
    private void wentBack(Payment payment, List<Share> shares, Refund refund, String at) {
        if (payment.state() == Payment.State.REFUND_DUE) {
            payments.move(payment.id(), payment.state(), Payment.State.REFUNDED, payment.reason(), null, at);
            return;
        }
        shares.stream()
                .filter(share -> share.orderId().equals(refund.orderId()) && share.state() == Share.State.REFUND_DUE)
                .forEach(share -> payments.moveShare(share, Share.State.REFUNDED, share.reason(), at));
    }
}
