package io.flashsale.e2e.checker;

import io.flashsale.contract.OrderId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rows of orders against what clients asked: INV-06, 07, 09, 14, 17, 20, 22. */
final class OrderChecks {

    /** The sweep runs every second; the rest is for a busy machine. */
    private static final Duration GRACE = Duration.ofSeconds(6);

    /** The client's clock and Redis's are one machine's here; what differs is when each was read. */
    private static final Duration CLOCK_EPSILON = Duration.ofMillis(50);

    static void check(Scene scene, Findings findings) {
        origins(scene, findings);
        uniqueness(scene, findings);
        limits(scene, findings);
        deadlines(scene, findings);
        terms(scene, findings);
    }

    /** Every order comes from an attempt that did not end in a refusal. */
    private static void origins(Scene scene, Findings findings) {
        Map<String, Integer> anonymousOrders = new HashMap<>();
        for (Dump.Order order : scene.orders) {
            List<Attempt> mine = scene.by(order.userId());
            if (mine.isEmpty()) {
                findings.add("INV-06", "order %s: %s never tried to buy %s", order.id(), order.userId(), order.sku());
                continue;
            }
            if (order.rejected()) {
                continue;
            }
            List<Attempt> naming = scene.naming(order.id());
            if (naming.stream().anyMatch(a -> a.kind() != Attempt.Kind.FAIL)) {
                naming.stream()
                        .filter(a -> a.kind() == Attempt.Kind.FAIL)
                        .forEach(a -> findings.add("INV-07", "order %s exists, and %s", order.id(), a));
                fits(order, naming, findings);
                continue;
            }
            if (order.requestId() == null) {
                anonymousOrders.merge(order.userId() + " x" + order.quantity(), 1, Integer::sum);
                continue;
            }
            List<Attempt> keyed = mine.stream()
                    .filter(a -> order.requestId().equals(a.requestId()))
                    .toList();
            if (keyed.isEmpty()) {
                findings.add("INV-06", "order %s: %s never used key %s", order.id(), order.userId(), order.requestId());
            } else if (keyed.stream().allMatch(a -> a.kind() == Attempt.Kind.FAIL)) {
                findings.add("INV-07", "order %s exists, although every try was refused: %s", order.id(), keyed);
            } else {
                fits(order, keyed, findings);
            }
        }
        anonymousOrders.forEach((who, count) -> {
            long possible = scene.attempts.stream()
                    .filter(a -> a.requestId() == null && a.orderId() == null && a.kind() == Attempt.Kind.UNKNOWN)
                    .filter(a -> (a.userId() + " x" + a.quantity()).equals(who))
                    .count();
            boolean wasRefused = scene.attempts.stream()
                    .anyMatch(a -> a.requestId() == null
                            && a.kind() == Attempt.Kind.FAIL
                            && (a.userId() + " x" + a.quantity()).equals(who));
            if (count > possible) {
                findings.add(
                        wasRefused ? "INV-07" : "INV-06",
                        "%d orders of %s of %s have no attempt that could have made them (%d have)",
                        count,
                        who,
                        scene.offer.sku(),
                        possible);
            }
        });
    }

    private static void fits(Dump.Order order, List<Attempt> from, Findings findings) {
        boolean fits = from.stream()
                .anyMatch(a -> a.userId().equals(order.userId())
                        && a.quantity() == order.quantity()
                        && a.level() == order.level());
        if (!fits) {
            findings.add("INV-06", "order %s is not what was asked: %s came of %s", order.id(), order, from);
        }
    }

    private static void uniqueness(Scene scene, Findings findings) {
        Set<String> ids = new HashSet<>();
        Map<Scene.Key, String> keys = new HashMap<>();
        for (Dump.Order order : scene.orders) {
            if (!ids.add(order.id())) {
                findings.add("INV-14", "order %s has more than one row", order.id());
                continue;
            }
            if (order.requestId() != null && !order.rejected()) {
                String other = keys.putIfAbsent(new Scene.Key(order.userId(), order.requestId()), order.id());
                if (other != null) {
                    findings.add(
                            "INV-14",
                            "orders %s and %s share key %s of %s",
                            other,
                            order.id(),
                            order.requestId(),
                            order.userId());
                }
            }
            long held = scene.entriesOf(order.id()).stream()
                    .filter(e -> e.event().equals("HELD"))
                    .count();
            if (held > 1) {
                findings.add("INV-14", "order %s took its units %d times", order.id(), held);
            }
        }
    }

    private static void limits(Scene scene, Findings findings) {
        Map<String, Integer> units = new HashMap<>();
        Map<String, Integer> levels = new HashMap<>();
        for (Dump.Order order : scene.orders) {
            if (order.live()) {
                units.merge(order.userId(), order.quantity(), Integer::sum);
                levels.put(order.userId(), order.level());
            }
        }
        units.forEach((user, has) -> {
            int limit = scene.offer.limitOf(levels.getOrDefault(user, 0));
            if (has > limit) {
                findings.add("INV-09", "%s ends with %d of %s, the limit is %d", user, has, scene.offer.sku(), limit);
            }
        });
    }

    private static void deadlines(Scene scene, Findings findings) {
        for (Dump.Order order : scene.orders) {
            if (order.state().equals("PENDING_PAYMENT")
                    && order.payBefore().plus(GRACE).isBefore(scene.run.dump().takenAt())) {
                findings.add(
                        "INV-17", "order %s was to be paid by %s and still holds units", order.id(), order.payBefore());
            }
        }
        if (scene.hot == null) {
            return;
        }
        long latest = scene.run.dump().takenAt().minus(GRACE).toEpochMilli();
        scene.hot.reservations().forEach((id, r) -> {
            boolean holds =
                    switch (r.state()) {
                        case TAKEN, SEND -> true;
                        case REFUSED, GIVEN_BACK, PAID -> false;
                    };
            if (holds && r.payBefore() < latest) {
                findings.add("INV-17", "reservation %s was to be paid by %d and still holds units", id, r.payBefore());
            }
        });
    }

    /** Window and price as promised, and an id that names its item. */
    private static void terms(Scene scene, Findings findings) {
        Offer offer = scene.offer;
        for (Dump.Order order : scene.orders) {
            if (order.createdAt().plus(CLOCK_EPSILON).isBefore(offer.opens())
                    || !order.createdAt().minus(CLOCK_EPSILON).isBefore(offer.closes())) {
                findings.add(
                        "INV-20",
                        "order %s is of %s, the window is %s to %s",
                        order.id(),
                        order.createdAt(),
                        offer.opens(),
                        offer.closes());
            }
            if (order.priceMinor() != offer.priceMinor() || !order.currency().equals(offer.currency())) {
                findings.add(
                        "INV-22",
                        "order %s costs %d %s, the price is %d %s",
                        order.id(),
                        order.priceMinor(),
                        order.currency(),
                        offer.priceMinor(),
                        offer.currency());
            }
            if (OrderId.parse(order.id()).promoItemId() != order.itemId()) {
                findings.add("INV-24", "order %s is of item %d, its id says another", order.id(), order.itemId());
            }
        }
    }

    private OrderChecks() {}
}
