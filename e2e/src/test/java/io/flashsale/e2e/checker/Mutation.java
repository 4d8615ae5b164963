package io.flashsale.e2e.checker;

import io.flashsale.contract.Reservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A change of a dump that was green, real or simulated, and the invariant that must notice it: what is seen to turn red is
 * proof that green means something. Needs a dump with live orders that have request keys.
 */
public enum Mutation {
    AN_ORDER_ROW_IS_GONE("INV-12", dump -> {
        List<Dump.Order> orders = new ArrayList<>(dump.orders());
        orders.remove(live(dump));
        return with(dump, orders, dump.ledger());
    }),
    AN_ORDER_ROW_IS_TWICE("INV-14", dump -> {
        List<Dump.Order> orders = new ArrayList<>(dump.orders());
        orders.add(live(dump));
        return with(dump, orders, dump.ledger());
    }),
    AN_ORDER_IS_ANOTHERS("INV-06", dump -> {
        List<Dump.Order> orders = new ArrayList<>(dump.orders());
        orders.set(orders.indexOf(live(dump)), of("nobody", live(dump)));
        return with(dump, orders, dump.ledger());
    }),
    AN_ORDER_WAS_CANCELLED_WITHOUT_TRACE("INV-12", dump -> {
        List<Dump.Order> orders = new ArrayList<>(dump.orders());
        orders.set(orders.indexOf(live(dump)), live(dump).withState("CANCELLED"));
        return with(dump, orders, dump.ledger());
    }),
    A_LEDGER_ROW_IS_GONE("INV-02", dump -> {
        List<Dump.Entry> ledger = new ArrayList<>(dump.ledger());
        ledger.removeIf(e -> live(dump).id().equals(e.orderId()));
        return with(dump, dump.orders(), ledger);
    }),
    UNITS_CAME_BACK_TWICE("INV-12", dump -> {
        Dump.Order order = live(dump);
        List<Dump.Entry> ledger = new ArrayList<>(dump.ledger());
        for (String event : List.of("CANCELLED", "EXPIRED")) {
            ledger.add(new Dump.Entry(
                    Long.MAX_VALUE,
                    order.id() + ":" + event,
                    order.id(),
                    order.itemId(),
                    event,
                    order.quantity(),
                    -order.quantity(),
                    0));
        }
        return with(dump, dump.orders(), ledger);
    }),
    A_COUNTER_IS_OFF_BY_ONE("INV-01", dump -> {
        Dump.Item i = dump.items().get(0);
        var changed = new Dump.Item(
                i.id(), i.sku(), i.published(), i.available() + 1, i.held(), i.sold(), i.restocked(), i.epoch());
        return new Dump(
                dump.takenAt(),
                replaced(dump.items(), i, changed),
                dump.orders(),
                dump.ledger(),
                dump.payments(),
                dump.refunds(),
                dump.parked(),
                dump.hot(),
                dump.effectsDue());
    }),
    THE_BUYERS_MARK_IS_GONE("INV-09", dump -> {
        Map<String, Long> buyers = new HashMap<>(hot(dump).buyers());
        buyers.remove(live(dump).userId());
        return with(
                dump,
                hot(
                        dump,
                        buyers,
                        hot(dump).requests(),
                        hot(dump).reservations(),
                        hot(dump).pending()));
    }),
    THE_REQUEST_IS_FORGOTTEN("INV-10", dump -> {
        Map<String, String> requests = new HashMap<>(hot(dump).requests());
        requests.values().remove(live(dump).id());
        return with(
                dump,
                hot(
                        dump,
                        hot(dump).buyers(),
                        requests,
                        hot(dump).reservations(),
                        hot(dump).pending()));
    }),
    THE_RESERVATION_IS_GONE("INV-04", dump -> {
        Map<String, Reservation> reservations = new HashMap<>(hot(dump).reservations());
        reservations.remove(live(dump).id());
        return with(
                dump,
                hot(
                        dump,
                        hot(dump).buyers(),
                        hot(dump).requests(),
                        reservations,
                        hot(dump).pending()));
    }),
    A_DEBT_TO_THE_QUEUE_IS_LEFT("INV-17", dump -> {
        Set<String> pending = new HashSet<>(hot(dump).pending());
        pending.add(live(dump).id());
        return with(
                dump,
                hot(dump, hot(dump).buyers(), hot(dump).requests(), hot(dump).reservations(), pending));
    }),
    MONEY_WAS_TAKEN_FOR_NOTHING("INV-13", dump -> with(dump, payment(dump, "PAID"))),
    MONEY_IS_STUCK("INV-13", dump -> with(dump, payment(dump, "LATE"))),
    MONEY_WAS_TAKEN_AND_FORGOTTEN("INV-30", dump -> {
        Dump.Payment p = payment(dump, "CREATED");
        return with(
                dump,
                new Dump.Payment(
                        p.id(),
                        p.orderId(),
                        p.amountMinor(),
                        p.totalMinor(),
                        p.currency(),
                        null,
                        p.state(),
                        p.amountMinor()));
    }),
    MONEY_WAS_SAID_TO_GO_BACK("INV-30", dump -> with(dump, payment(dump, "REFUNDED"))),
    A_SHARE_OF_THE_MONEY_IS_NOBODYS("INV-30", dump -> {
        Dump.Payment p = payment(dump, "CREATED");
        return with(
                dump,
                new Dump.Payment(
                        p.id(), p.orderId(), p.amountMinor(), p.totalMinor() + 1, p.currency(), null, p.state(), 0));
    }),
    AN_EFFECT_IS_OWED(
            "INV-04",
            dump -> new Dump(
                    dump.takenAt(),
                    dump.items(),
                    dump.orders(),
                    dump.ledger(),
                    dump.payments(),
                    dump.refunds(),
                    dump.parked(),
                    dump.hot(),
                    1)),
    REDIS_WAS_NOT_REBUILT(
            "INV-04",
            dump -> new Dump(
                    dump.takenAt(),
                    dump.items(),
                    dump.orders(),
                    dump.ledger(),
                    dump.payments(),
                    dump.refunds(),
                    dump.parked(),
                    List.of(),
                    0));

    public final String noticedBy;
    private final UnaryOperator<Dump> change;

    Mutation(String noticedBy, UnaryOperator<Dump> change) {
        this.noticedBy = noticedBy;
        this.change = change;
    }

    public Dump of(Dump dump) {
        return change.apply(dump);
    }

    /** A live order of the first item, with a request key. */
    private static Dump.Order live(Dump dump) {
        return dump.orders().stream()
                .filter(o -> o.live()
                        && o.requestId() != null
                        && o.itemId() == dump.items().get(0).id())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no live order with a key to change"));
    }

    private static Dump.Hot hot(Dump dump) {
        return dump.hot().stream()
                .filter(h -> h.itemId() == dump.items().get(0).id())
                .findFirst()
                .orElseThrow();
    }

    private static Dump.Hot hot(
            Dump dump,
            Map<String, Long> buyers,
            Map<String, String> requests,
            Map<String, Reservation> reservations,
            Set<String> pending) {
        Dump.Hot h = hot(dump);
        return new Dump.Hot(
                h.itemId(),
                h.epoch(),
                h.installed(),
                h.published(),
                h.available(),
                h.held(),
                h.sold(),
                h.seq(),
                buyers,
                requests,
                reservations,
                pending,
                h.holders());
    }

    /** Of an order that is not paid. */
    private static Dump.Payment payment(Dump dump, String state) {
        Dump.Order order = dump.orders().stream()
                .filter(o -> !o.bought() && o.itemId() == dump.items().get(0).id())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("every order is paid"));
        long price = order.priceMinor() * order.quantity();
        return new Dump.Payment(order.id() + "-9", order.id(), price, price, order.currency(), price, state, price);
    }

    private static Dump with(Dump dump, Dump.Payment payment) {
        List<Dump.Payment> payments = new ArrayList<>(dump.payments());
        payments.add(payment);
        return new Dump(
                dump.takenAt(),
                dump.items(),
                dump.orders(),
                dump.ledger(),
                payments,
                dump.refunds(),
                dump.parked(),
                dump.hot(),
                dump.effectsDue());
    }

    private static Dump with(Dump dump, List<Dump.Order> orders, List<Dump.Entry> ledger) {
        return new Dump(
                dump.takenAt(),
                dump.items(),
                orders,
                ledger,
                dump.payments(),
                dump.refunds(),
                dump.parked(),
                dump.hot(),
                dump.effectsDue());
    }

    private static Dump with(Dump dump, Dump.Hot hot) {
        return new Dump(
                dump.takenAt(),
                dump.items(),
                dump.orders(),
                dump.ledger(),
                dump.payments(),
                dump.refunds(),
                dump.parked(),
                replaced(dump.hot(), hot(dump), hot),
                dump.effectsDue());
    }

    private static <T> List<T> replaced(List<T> list, T old, T with) {
        return list.stream().map(x -> x == old ? with : x).toList();
    }

    private static Dump.Order of(String user, Dump.Order o) {
        return new Dump.Order(
                o.id(),
                o.itemId(),
                o.sku(),
                user,
                o.level(),
                o.quantity(),
                o.priceMinor(),
                o.currency(),
                o.state(),
                o.reason(),
                o.requestId(),
                o.createdAt(),
                o.payBefore());
    }
}
