package io.flashsale.consumer.payment;

import io.flashsale.consumer.order.BuyersOrder;
import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Payings;
import io.flashsale.consumer.payment.Payment.State;
import io.flashsale.consumer.payment.PaymentGateway.Event;
import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The one place where a payment changes. Locks are taken in the order item, order, payment. An event is kept in the transaction of what it
 * changed, so that its repetition, at once or after a crash, is answered alike and changes nothing.
 */
@Component
class Payments {

    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    /** What asking to pay came to. */
    sealed interface Asked {
        record Open(Payment payment) implements Asked {}

        /** Not in a state, or no longer in time, to be paid. */
        record NotPayable(OrderState state) implements Asked {}

        record Unknown() implements Asked {}

        record Unusable(String why) implements Asked {}
    }

    private final PaymentMapper payments;
    private final Refunds refunds;
    private final BuyersOrder buyersOrder;
    private final Orders orders;
    private final Payings payings;
    private final Stock stock;
    private final Transactions transactions;
    private final Clock clock;

    Payments(
            PaymentMapper payments,
            Refunds refunds,
            BuyersOrder buyersOrder,
            Orders orders,
            Payings payings,
            Stock stock,
            Transactions transactions,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.buyersOrder = buyersOrder;
        this.orders = orders;
        this.payings = payings;
        this.stock = stock;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Opens a payment of the order, or finds the one that is open.
     *
     * @throws IOException if the provider does not answer; the payment is there, and asking again goes on with it
     */
    Asked ask(OrderId id, String userId, @Nullable OrderPlaced reservation, PaymentGateway gateway) throws IOException {
        Asked asked = transactions.retrying(() -> begin(id, userId, reservation, gateway));
        if (!(asked instanceof Asked.Open open) || open.payment().payUrl() != null) {
            return asked;
        }
        Payment payment = open.payment();
        var opened = gateway.open(payment.id(), payment.amountMinor(), payment.currency(), "order " + id.text());
        return transactions.retrying(() -> {
            payments.opened(payment.id(), opened.ref(), opened.payUrl(), Utc.text(clock.instant()));
            return new Asked.Open(Objects.requireNonNull(payments.find(payment.id())));
        });
    }

    private Asked begin(OrderId id, String userId, @Nullable OrderPlaced reservation, PaymentGateway gateway) {
        Instant now = clock.instant();
        var answer = buyersOrder.lock(id, userId, reservation, now);
        if (answer instanceof BuyersOrder.Answer.Unusable unusable) {
            return new Asked.Unusable(unusable.why());
        }
        if (!(answer instanceof BuyersOrder.Answer.Found found)) {
            return new Asked.Unknown();
        }
        OrderState state = found.row().state();
        if (state != OrderState.PENDING_PAYMENT) {
            return new Asked.NotPayable(state);
        }
        String at = Utc.text(now);
        var price = payments.price(id.text(), at);
        if (!price.inTime()) {
            return new Asked.NotPayable(OrderState.EXPIRED); // the sweep is a second behind at most
        }
        List<Payment> earlier = payments.ofOrder(id.text());
        for (Payment payment : earlier) {
            if (payment.state() == State.CREATED && payment.provider().equals(gateway.name())) {
                return new Asked.Open(payment);
            }
        }
        String paymentId = id.text() + "-" + (earlier.size() + 1);
        payments.create(paymentId, id.text(), gateway.name(), price.amountMinor(), price.currency(), at);
        return new Asked.Open(Objects.requireNonNull(payments.find(paymentId)));
    }

    /** @return what it came to, the same for every delivery of the event; empty if there is no such payment */
    Optional<String> hear(String provider, Event event) {
        return transactions.retrying(() -> hearUnderLocks(provider, event));
    }

    private Optional<String> hearUnderLocks(String provider, Event event) {
        Payment seen = payments.find(event.paymentId());
        if (seen == null || !seen.provider().equals(provider)) {
            return Optional.empty();
        }
        OrderId orderId = OrderId.parse(seen.orderId());
        Item item = stock.lock(List.of(orderId.promoItemId())).get(orderId.promoItemId());
        OrderRow row = orders.lock(seen.orderId());
        Payment payment = payments.lock(event.paymentId());
        if (item == null || row == null || payment == null) {
            throw new IllegalStateException("payment " + event.paymentId() + " is of no order");
        }
        String before = payments.outcome(provider, event.id());
        if (before != null) {
            return Optional.of(before);
        }
        Instant now = clock.instant();
        String outcome =
                switch (event.kind()) {
                    case SUCCEEDED -> succeeded(item, row, payment, event, now);
                    case FAILED ->
                        payments.move(payment.id(), State.CREATED, State.FAILED, "DECLINED", null, Utc.text(now)) == 1
                                ? "FAILED"
                                : "IGNORED";
                    case REFUNDED -> refunds.done(row, payment, event, now) ? "REFUNDED" : "IGNORED";
                };
        payments.keep(
                provider,
                event.id(),
                payment.id(),
                event.kind(),
                event.amountMinor(),
                event.currency(),
                outcome,
                Utc.text(now));
        return Optional.of(outcome);
    }

    private String succeeded(Item item, OrderRow row, Payment payment, Event event, Instant now) {
        // A failure may have been said before: the provider's last word on money is the success.
        if (payment.state() != State.CREATED && payment.state() != State.FAILED) {
            return "IGNORED";
        }
        if (event.amountMinor() != payment.amountMinor() || !event.currency().equals(payment.currency())) {
            LOG.warn(
                    "security: payment {} is of {} {}, its event says {} {}",
                    payment.id(),
                    payment.amountMinor(),
                    payment.currency(),
                    event.amountMinor(),
                    event.currency());
            return moved(payment, State.REFUND_DUE, "WRONG_AMOUNT", event, now);
        }
        return switch (row.state()) {
            case PENDING_PAYMENT -> {
                payings.pay(item, row, now);
                yield moved(payment, State.PAID, null, event, now);
            }
            case EXPIRED -> moved(payment, State.LATE, "EXPIRED", event, now);
            case PAID -> moved(payment, State.REFUND_DUE, "PAID_TWICE", event, now);
            default -> moved(payment, State.REFUND_DUE, row.state().name(), event, now);
        };
    }

    private String moved(Payment payment, State to, @Nullable String reason, Event event, Instant now) {
        if (payments.move(payment.id(), payment.state(), to, reason, event.amountMinor(), Utc.text(now)) != 1) {
            throw new IllegalStateException("payment " + payment.id() + " changed under its lock");
        }
        if (to == State.REFUND_DUE) {
            refunds.owe(payment, event.amountMinor(), event.currency(), String.valueOf(reason), now);
        }
        return to.name();
    }

    /**
     * A late payment's units were taken again in Redis, or could not be.
     *
     * @param taken whether Redis has them now
     * @param epoch of the item, under which Redis answered; of another one nothing is known
     * @return PAID, REFUND_DUE, or STALE: ask Redis again
     */
    String retaken(String paymentId, boolean taken, long epoch) {
        return transactions.retrying(() -> retakenUnderLocks(paymentId, taken, epoch));
    }

    private String retakenUnderLocks(String paymentId, boolean taken, long epoch) {
        Payment seen = payments.find(paymentId);
        if (seen == null) {
            return "UNKNOWN";
        }
        OrderId orderId = OrderId.parse(seen.orderId());
        Item item = stock.lock(List.of(orderId.promoItemId())).get(orderId.promoItemId());
        OrderRow row = orders.lock(seen.orderId());
        Payment payment = payments.lock(paymentId);
        if (item == null || row == null || payment == null) {
            throw new IllegalStateException("payment " + paymentId + " is of no order");
        }
        Instant now = clock.instant();
        boolean late = payment.state() == State.LATE;
        if (late && item.epoch() != epoch) {
            return "STALE";
        }
        if (late && taken && row.state() == OrderState.EXPIRED && payings.retake(item, row, now)) {
            payments.move(paymentId, State.LATE, State.PAID, null, null, Utc.text(now));
            return "PAID";
        }
        if (late) {
            payments.move(paymentId, State.LATE, State.REFUND_DUE, "LATE", null, Utc.text(now));
            refunds.owe(payment, Objects.requireNonNull(payment.receivedMinor()), payment.currency(), "LATE", now);
        }
        if ((late || taken) && row.state() == OrderState.EXPIRED) {
            // The order stays as it is. Whatever Redis took for it, now or in a round of which we never heard, goes
            // back there.
            stock.owe(item, List.of(Effect.release(row.id(), now)), now);
        }
        return late ? "REFUND_DUE" : payment.state().name();
    }
}
