package io.flashsale.e2e.checker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Money against orders: INV-13 and INV-30. What was taken is for an order that is paid, or has gone back. A payment may be for orders of
 * several offers, so what the provider keeps of it is held against all of its shares.
 */
final class MoneyChecks {

    static void check(Scene scene, Findings findings) {
        Map<String, Integer> paid = new HashMap<>();
        Books books = Books.of(scene.run.dump());
        for (Dump.Payment payment : scene.payments) {
            Dump.Order order = Objects.requireNonNull(scene.orderById.get(payment.orderId()));
            whole(payment, books, findings);
            switch (payment.state()) {
                case "PAID" -> {
                    paid.merge(order.id(), 1, Integer::sum);
                    stands(payment, order, findings);
                }
                case "CREATED", "FAILED" -> {
                    if (payment.receivedMinor() != null) {
                        findings.add(
                                "INV-30",
                                "payment %s is %s, yet %d were taken",
                                payment.id(),
                                payment.state(),
                                payment.receivedMinor());
                    }
                }
                case "REFUNDED" -> givenBack(payment, scene, findings);
                default ->
                    findings.add(
                            "INV-13",
                            "payment %s of order %s (%s) is still %s: its money is neither for goods nor given back",
                            payment.id(),
                            order.id(),
                            order.state(),
                            payment.state());
            }
        }
        for (Dump.Order order : scene.orders) {
            int times = paid.getOrDefault(order.id(), 0);
            if (order.bought() && times != 1) {
                findings.add("INV-30", "order %s is %s by %d payments", order.id(), order.state(), times);
            }
            refunds(order, scene, findings);
        }
    }

    /** Of all offers. */
    private record Books(
            Map<String, List<Dump.Payment>> shares, Map<String, Dump.Order> orders, List<Dump.Refund> refunds) {

        static Books of(Dump dump) {
            return new Books(
                    dump.payments().stream().collect(Collectors.groupingBy(Dump.Payment::id)),
                    dump.orders().stream().collect(Collectors.toMap(Dump.Order::id, o -> o, (one, other) -> one)),
                    dump.refunds());
        }

        /** What of a share still stands for goods. */
        long bought(Dump.Payment share) {
            if (!share.state().equals("PAID")) {
                return 0;
            }
            return price(Objects.requireNonNull(orders.get(share.orderId())))
                    - refunds.stream()
                            .filter(r -> r.paymentId().equals(share.id())
                                    && r.orderId().equals(share.orderId()))
                            .mapToLong(Dump.Refund::amountMinor)
                            .sum();
        }
    }

    private static void whole(Dump.Payment payment, Books books, Findings findings) {
        List<Dump.Payment> shares = Objects.requireNonNull(books.shares().get(payment.id()));
        long total = shares.stream().mapToLong(Dump.Payment::amountMinor).sum();
        if (total != payment.totalMinor()) {
            findings.add(
                    "INV-30",
                    "payment %s is of %d, its shares %s of %d",
                    payment.id(),
                    payment.totalMinor(),
                    shares,
                    total);
        }
        long bought = shares.stream().mapToLong(books::bought).sum();
        if (payment.keptByProvider() != bought) {
            findings.add(
                    "INV-30",
                    "the provider keeps %d of payment %s, which stands for %d: %s",
                    payment.keptByProvider(),
                    payment.id(),
                    bought,
                    shares);
        }
    }

    private static void refunds(Dump.Order order, Scene scene, Findings findings) {
        int units = 0;
        int returned = 0;
        for (Dump.Refund refund : scene.refunds) {
            if (!refund.orderId().equals(order.id())) {
                continue;
            }
            if (!refund.state().equals("DONE")) {
                findings.add("INV-13", "refund %s of order %s is still %s", refund.id(), order.id(), refund.state());
            }
            if (refund.quantity() > 0 && refund.amountMinor() != refund.quantity() * order.priceMinor()) {
                findings.add("INV-30", "refund %s is not the price of its units: %s", refund.id(), refund);
            }
            units += refund.quantity();
            returned += refund.restock() ? refund.quantity() : 0;
        }
        int booked = scene.entriesOf(order.id()).stream()
                .filter(e -> e.event().equals("RETURNED"))
                .mapToInt(Dump.Entry::available)
                .sum();
        if (booked != returned) {
            findings.add("INV-02", "order %s returned %d units, its ledger says %d", order.id(), returned, booked);
        }
        boolean whole = units == order.quantity();
        if (units > order.quantity() || whole != order.state().equals("REFUNDED")) {
            findings.add(
                    "INV-30",
                    "order %s of %d units is %s with %d of them refunded",
                    order.id(),
                    order.quantity(),
                    order.state(),
                    units);
        }
    }

    private static long price(Dump.Order order) {
        return order.priceMinor() * order.quantity();
    }

    /** What could not stand went back once, and all of it: a share by itself, money of another amount whole. */
    private static void givenBack(Dump.Payment payment, Scene scene, Findings findings) {
        boolean asked = Objects.equals(payment.receivedMinor(), payment.totalMinor());
        List<Dump.Refund> refunds = scene.run.dump().refunds().stream()
                .filter(r -> r.paymentId().equals(payment.id()) && r.quantity() == 0)
                .filter(r -> r.orderId().equals(payment.orderId()) || !asked)
                .toList();
        long due = asked ? payment.amountMinor() : Objects.requireNonNullElse(payment.receivedMinor(), -1L);
        if (refunds.size() != 1 || refunds.get(0).amountMinor() != due) {
            findings.add("INV-30", "payment %s was given back by %s", payment, refunds);
        }
    }

    private static void stands(Dump.Payment payment, Dump.Order order, Findings findings) {
        if (!List.of("PAID", "REFUND_PENDING", "REFUNDED").contains(order.state())) {
            findings.add("INV-13", "payment %s is PAID, order %s is %s", payment.id(), order.id(), order.state());
        }
        long price = price(order);
        if (payment.receivedMinor() == null
                || payment.receivedMinor() != payment.totalMinor()
                || payment.amountMinor() != price
                || !payment.currency().equals(order.currency())) {
            findings.add(
                    "INV-30",
                    "payment %s is %d of %d %s, of which %s came; order %s costs %d %s",
                    payment.id(),
                    payment.amountMinor(),
                    payment.totalMinor(),
                    payment.currency(),
                    payment.receivedMinor(),
                    order.id(),
                    price,
                    order.currency());
        }
    }

    private MoneyChecks() {}
}
