package io.flashsale.consumer.payment;

import io.flashsale.consumer.order.BuyersOrder;
import io.flashsale.consumer.order.BuyersOrder.Answer;
import io.flashsale.consumer.order.BuyersOrder.Wanted;
import io.flashsale.consumer.order.OrderRow;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.consumer.order.Orders;
import io.flashsale.consumer.order.Payings;
import io.flashsale.consumer.payment.Payment.State;
import io.flashsale.consumer.payment.PaymentGateway.Event;
import io.flashsale.consumer.payment.PaymentMapper.Price;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The one place where a payment changes. Locks are taken in the order items, orders, payment. An event is kept in the transaction of what it
 * changed, so that its repetition, at once or after a crash, is answered alike and changes nothing.
 */
@Component
class Payments {

    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    /** What came of a payment whose orders fared differently. */
    private static final String PARTLY = "PARTLY";

    /** What asking to pay came to; a refusal names the order that it is about. */
    sealed interface Asked {
        record Open(Payment payment) implements Asked {}

        /** Not in a state, or no longer in time, to be paid. */
        record NotPayable(String orderId, OrderState state) implements Asked {}

        /** In another currency than the orders before it. */
        record OtherCurrency(String orderId) implements Asked {}

        record Unknown(String orderId) implements Asked {}

        record Unusable(String orderId, String why) implements Asked {}
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
     * Opens a payment of these orders, or finds the one of just these that is open.
     *
     * @throws IOException if the provider does not answer; the payment is there, and asking again goes on with it
     */
    Asked ask(List<Wanted> wanted, String userId, PaymentGateway gateway) throws IOException {
        Asked asked = transactions.retrying(() -> begin(wanted, userId, gateway));
        if (!(asked instanceof Asked.Open open) || open.payment().payUrl() != null) {
            return asked;
        }
        Payment payment = open.payment();
        String what = wanted.size() == 1 ? "order " + wanted.get(0).id() : wanted.size() + " orders";
        var opened = gateway.open(payment.id(), payment.amountMinor(), payment.currency(), what);
        return transactions.retrying(() -> {
            payments.opened(payment.id(), opened.ref(), opened.payUrl(), Utc.text(clock.instant()));
            return new Asked.Open(Objects.requireNonNull(payments.find(payment.id())));
        });
    }

    private Asked begin(List<Wanted> wanted, String userId, PaymentGateway gateway) {
        Instant now = clock.instant();
        var brought = new ArrayList<Answer.Brought>();
        var prices = new TreeMap<String, Price>();
        for (var each : buyersOrder.lock(wanted, userId).entrySet()) {
            Asked refusal = judge(each.getKey(), each.getValue(), brought, prices, now);
            if (refusal != null) {
                return refusal;
            }
        }
        // Nothing was written so far. What the books refuse now is refused for good, whoever asks.
        for (Answer.Found placed : buyersOrder.place(brought, now)) {
            if (placed.row().state() != OrderState.PENDING_PAYMENT) {
                return new Asked.NotPayable(placed.row().id(), placed.row().state());
            }
        }
        return new Asked.Open(findOrCreate(prices, gateway, now));
    }

    /** Adds the order to what is to be paid. @return why not, or null */
    private @Nullable Asked judge(
            String id, Answer answer, List<Answer.Brought> brought, SortedMap<String, Price> prices, Instant now) {
        Price price;
        if (answer instanceof Answer.Unusable unusable) {
            return new Asked.Unusable(id, unusable.why());
        } else if (answer instanceof Answer.Found found) {
            if (found.row().state() != OrderState.PENDING_PAYMENT) {
                return new Asked.NotPayable(id, found.row().state());
            }
            price = payments.price(id, Utc.text(now));
        } else if (answer instanceof Answer.Brought one) {
            OrderPlaced order = one.reservation();
            long amount = Math.multiplyExact(order.priceMinor(), order.quantity());
            price = new Price(amount, order.currency(), order.payBefore() > now.toEpochMilli());
            brought.add(one);
        } else {
            return new Asked.Unknown(id);
        }
        if (!price.inTime()) {
            return new Asked.NotPayable(id, OrderState.EXPIRED); // the sweep is a second behind at most
        }
        prices.put(id, price);
        return price.currency().equals(currency(prices)) ? null : new Asked.OtherCurrency(id);
    }

    private static String currency(SortedMap<String, Price> prices) {
        return prices.values().iterator().next().currency();
    }

    /** Under the orders' locks, so that who asks for the same at the same time finds what the first created. */
    private Payment findOrCreate(SortedMap<String, Price> prices, PaymentGateway gateway, Instant now) {
        String first = prices.firstKey();
        List<Payment> earlier = payments.ofOrder(first);
        for (Payment payment : earlier) {
            if (payment.state() == State.CREATED
                    && payment.provider().equals(gateway.name())
                    && prices.keySet().equals(ordersOf(payment.id()))) {
                return payment;
            }
        }
        String at = Utc.text(now);
        String id = first + "-" + (earlier.size() + 1);
        long amount = prices.values().stream().mapToLong(Price::amountMinor).reduce(0, Math::addExact);
        payments.create(id, gateway.name(), amount, currency(prices), at);
        prices.forEach((orderId, price) -> payments.createShare(id, orderId, price.amountMinor(), at));
        return Objects.requireNonNull(payments.find(id));
    }

    private Set<String> ordersOf(String paymentId) {
        return payments.shares(paymentId).stream().map(Share::orderId).collect(Collectors.toSet());
    }

    /** A payment with all that it is about, locked. @param shares by the orders' ids */
    private record Locked(Payment payment, List<Share> shares, Map<Long, Item> items, Map<String, OrderRow> rows) {

        OrderRow row(Share share) {
            return Objects.requireNonNull(rows.get(share.orderId()));
        }

        Item item(OrderRow row) {
            return Objects.requireNonNull(items.get(row.promoItemId()));
        }
    }

    /** @return null if there is no such payment */
    private @Nullable Locked lock(String paymentId) {
        List<String> orderIds =
                payments.shares(paymentId).stream().map(Share::orderId).toList();
        if (orderIds.isEmpty()) {
            return null;
        }
        Map<Long, Item> items = stock.lock(
                orderIds.stream().map(id -> OrderId.parse(id).promoItemId()).toList());
        Map<String, OrderRow> rows = new HashMap<>();
        for (String id : orderIds) {
            OrderRow row = orders.lock(id);
            if (row == null || !items.containsKey(row.promoItemId())) {
                throw new IllegalStateException("payment " + paymentId + " is of order " + id + ", which is not there");
            }
            rows.put(id, row);
        }
        Payment payment = Objects.requireNonNull(payments.lock(paymentId));
        return new Locked(payment, payments.shares(paymentId), items, rows); // read again: now nobody changes them
    }

    /** @return what it came to, the same for every delivery of the event; empty if there is no such payment */
    Optional<String> hear(String provider, Event event) {
        return transactions.retrying(() -> hearUnderLocks(provider, event));
    }

    private Optional<String> hearUnderLocks(String provider, Event event) {
        Locked locked = lock(event.paymentId());
        if (locked == null || !locked.payment().provider().equals(provider)) {
            return Optional.empty();
        }
        String before = payments.outcome(provider, event.id());
        if (before != null) {
            return Optional.of(before);
        }
        Payment payment = locked.payment();
        Instant now = clock.instant();
        String outcome =
                switch (event.kind()) {
                    case SUCCEEDED -> succeeded(locked, event, now);
                    case FAILED ->
                        payments.move(payment.id(), State.CREATED, State.FAILED, "DECLINED", null, Utc.text(now)) == 1
                                ? "FAILED"
                                : "IGNORED";
                    case REFUNDED ->
                        refunds.done(locked.rows(), payment, locked.shares(), event, now) ? "REFUNDED" : "IGNORED";
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

    private String succeeded(Locked locked, Event event, Instant now) {
        Payment payment = locked.payment();
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
            received(payment, State.REFUND_DUE, "WRONG_AMOUNT", event, now);
            // Whole, in the name of its first order: there is no telling whose share of another sum it would be.
            String first = locked.shares().get(0).orderId();
            refunds.owe(payment.id(), first, event.amountMinor(), event.currency(), "WRONG_AMOUNT", now);
            return State.REFUND_DUE.name();
        }
        received(payment, State.PAID, null, event, now);
        return share(locked, now);
    }

    private void received(Payment payment, State to, @Nullable String reason, Event event, Instant now) {
        if (payments.move(payment.id(), payment.state(), to, reason, event.amountMinor(), Utc.text(now)) != 1) {
            throw new IllegalStateException("payment " + payment.id() + " changed under its lock");
        }
    }

    /** Each order goes on by itself. @return what they all came to */
    private String share(Locked locked, Instant now) {
        Map<Long, List<OrderRow>> sold = new TreeMap<>();
        Set<String> outcomes = new HashSet<>();
        for (Share share : locked.shares()) {
            OrderRow row = locked.row(share);
            Share.State to =
                    switch (row.state()) {
                        case PENDING_PAYMENT -> Share.State.PAID;
                        case EXPIRED -> Share.State.LATE;
                        default -> Share.State.REFUND_DUE;
                    };
            if (to == Share.State.PAID) {
                sold.computeIfAbsent(row.promoItemId(), id -> new ArrayList<>()).add(row);
            }
            String reason =
                    switch (row.state()) {
                        case PENDING_PAYMENT -> null;
                        case PAID -> "PAID_TWICE";
                        default -> row.state().name();
                    };
            move(locked.payment(), share, to, reason, now);
            outcomes.add(to.name());
        }
        sold.forEach((itemId, rows) -> payings.pay(locked.item(rows.get(0)), rows, now));
        return outcomes.size() == 1 ? outcomes.iterator().next() : PARTLY;
    }

    private void move(Payment payment, Share share, Share.State to, @Nullable String reason, Instant now) {
        if (payments.moveShare(share, to, reason, Utc.text(now)) != 1) {
            throw new IllegalStateException(share + " changed under its payment's lock");
        }
        if (to == Share.State.REFUND_DUE) {
            refunds.owe(
                    payment.id(),
                    share.orderId(),
                    share.amountMinor(),
                    payment.currency(),
                    String.valueOf(reason),
                    now);
        }
    }

    /**
     * The units of an order whose payment came late were taken again in Redis, or could not be.
     *
     * @param taken whether Redis has them now
     * @param epoch of the item, under which Redis answered; of another one nothing is known
     * @return PAID, REFUND_DUE, or STALE: ask Redis again
     */
    String retaken(String paymentId, String orderId, boolean taken, long epoch) {
        return transactions.retrying(() -> retakenUnderLocks(paymentId, orderId, taken, epoch));
    }

    private String retakenUnderLocks(String paymentId, String orderId, boolean taken, long epoch) {
        Locked locked = lock(paymentId);
        Share share = locked == null ? null : find(locked.shares(), orderId);
        if (locked == null || share == null) {
            return "UNKNOWN";
        }
        OrderRow row = locked.row(share);
        Item item = locked.item(row);
        Instant now = clock.instant();
        boolean late = share.state() == Share.State.LATE;
        if (late && item.epoch() != epoch) {
            return "STALE";
        }
        if (late && taken && row.state() == OrderState.EXPIRED && payings.retake(item, row, now)) {
            move(locked.payment(), share, Share.State.PAID, null, now);
            return "PAID";
        }
        if (late) {
            move(locked.payment(), share, Share.State.REFUND_DUE, "LATE", now);
        }
        if ((late || taken) && row.state() == OrderState.EXPIRED) {
            // The order stays as it is. Whatever Redis took for it, now or in a round of which we never heard, goes
            // back there.
            stock.owe(item, List.of(Effect.release(row.id(), now)), now);
        }
        if (late) {
            return "REFUND_DUE";
        }
        return share.state() == null
                ? locked.payment().state().name()
                : share.state().name();
    }

    private static @Nullable Share find(List<Share> shares, String orderId) {
        return shares.stream()
                .filter(share -> share.orderId().equals(orderId))
                .findFirst()
                .orElse(null);
    }
}
