package io.flashsale.e2e.checker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Units: INV-01, 02, 03, 12, 18 and the running half of 09. */
final class StockChecks {

    static void check(Scene scene, Findings findings) {
        conservation(scene, findings);
        samples(scene, findings);
        ledgerEqualsCounters(scene, findings);
        replay(scene, findings);
        releases(scene, findings);
        undersell(scene, findings);
    }

    private static void conservation(Scene scene, Findings findings) {
        Dump.Item item = scene.item;
        if (item.available() < 0 || item.held() < 0 || item.sold() < 0) {
            findings.add("INV-01", "%s has a negative counter in MySQL: %s", item.sku(), item);
        }
        if (item.published() != item.available() + item.held() + item.sold()) {
            findings.add("INV-01", "%s in MySQL: published is not available + held + sold: %s", item.sku(), item);
        }
        if (item.published() != scene.offer.units()) {
            findings.add(
                    "INV-01",
                    "%s: %d units were offered, MySQL says %d",
                    item.sku(),
                    scene.offer.units(),
                    item.published());
        }
    }

    /** Reads during the run are consistent each: one row, or one HMGET. */
    private static void samples(Scene scene, Findings findings) {
        for (Sample sample : scene.run.samples()) {
            if (!sample.sku().equals(scene.offer.sku())) {
                continue;
            }
            if (sample.available() < 0 || sample.held() < 0 || sample.sold() < 0) {
                findings.add("INV-03", "a negative counter was seen during the run: %s", sample);
            }
            if (sample.published() != sample.available() + sample.held() + sample.sold()) {
                findings.add("INV-01", "published was not available + held + sold during the run: %s", sample);
            }
        }
    }

    private static void ledgerEqualsCounters(Scene scene, Findings findings) {
        long available = 0;
        long held = 0;
        long sold = 0;
        Set<String> operations = new HashSet<>();
        for (Dump.Entry entry : scene.ledger) {
            available += entry.available();
            held += entry.held();
            sold += entry.sold();
            if (!operations.add(entry.operationId())) {
                findings.add("INV-02", "operation %s is in the ledger twice", entry.operationId());
            }
            if (!lawful(entry)) {
                findings.add("INV-02", "no event moves units like this: %s", entry);
            }
        }
        Dump.Item item = scene.item;
        if (available != item.available() || held != item.held() || sold != item.sold()) {
            findings.add(
                    "INV-02",
                    "%s: the ledger comes to available %d, held %d, sold %d; the counters are %d, %d, %d",
                    item.sku(),
                    available,
                    held,
                    sold,
                    item.available(),
                    item.held(),
                    item.sold());
        }
    }

    private static boolean lawful(Dump.Entry e) {
        return switch (e.event()) {
            case "PUBLISHED", "TOPPED_UP" -> e.available() > 0 && e.held() == 0 && e.sold() == 0;
            case "WITHDRAWN" -> e.available() < 0 && e.held() == 0 && e.sold() == 0;
            case "HELD" -> e.held() > 0 && e.available() == -e.held() && e.sold() == 0;
            case "CANCELLED", "EXPIRED" -> e.available() > 0 && e.held() == -e.available() && e.sold() == 0;
            case "PAID" -> e.sold() > 0 && e.held() == -e.sold() && e.available() == 0;
            case "RETAKEN" -> e.sold() > 0 && e.available() == -e.sold() && e.held() == 0;
            case "RETURNED" -> e.available() > 0 && e.sold() == -e.available() && e.held() == 0;
            case "REFUNDED" -> e.available() == 0 && e.held() == 0 && e.sold() == 0;
            default -> false;
        };
    }

    /**
     * Steps through the ledger in order of id. That is the order of commits where it matters here: a unit that came back, or
     * was added, can be taken only after the commit that returned it.
     */
    private static void replay(Scene scene, Findings findings) {
        long published = 0;
        long taken = 0;
        Map<String, Integer> byUser = new HashMap<>();
        for (Dump.Entry entry : scene.ledger) {
            published += entry.available() + entry.held() + entry.sold();
            taken += entry.held() + entry.sold();
            if (taken > published) {
                findings.add(
                        "INV-03",
                        "%s is oversold from ledger row %d (%s) on: %d of %d units taken",
                        scene.offer.sku(),
                        entry.id(),
                        entry.operationId(),
                        taken,
                        published);
                return;
            }
            Dump.Order order = entry.orderId() == null ? null : scene.orderById.get(entry.orderId());
            if (order == null) {
                continue;
            }
            // What a refund brings back is bought all the same: it does not make room for more.
            int units = entry.event().equals("RETURNED") ? 0 : entry.held() + entry.sold();
            int has = byUser.merge(order.userId(), units, Integer::sum);
            int limit = scene.offer.limitOf(order.level());
            if (has > limit && units > 0) {
                findings.add(
                        "INV-09",
                        "%s (level %d) has %d of %s by order %s, the limit is %d",
                        order.userId(),
                        order.level(),
                        has,
                        scene.offer.sku(),
                        order.id(),
                        limit);
            }
        }
    }

    private static void releases(Scene scene, Findings findings) {
        for (Dump.Order order : scene.orders) {
            List<Dump.Entry> entries = scene.entriesOf(order.id()).stream()
                    .filter(e -> !e.event().equals("RETURNED") && !e.event().equals("REFUNDED"))
                    .toList();
            List<String> events = entries.stream().map(Dump.Entry::event).toList();
            List<List<String>> lawful =
                    switch (order.state()) {
                        case "PENDING_PAYMENT" -> List.of(List.of("HELD"));
                        case "PAID", "REFUND_PENDING", "REFUNDED" ->
                            List.of(List.of("HELD", "PAID"), List.of("HELD", "EXPIRED", "RETAKEN"));
                        case "CANCELLED" -> List.of(List.of("HELD", "CANCELLED"));
                        case "EXPIRED" -> List.of(List.of("HELD", "EXPIRED"));
                        case "REJECTED" -> List.of(List.<String>of());
                        default -> List.of();
                    };
            if (!lawful.contains(events)) {
                findings.add("INV-12", "order %s is %s, its ledger says %s", order.id(), order.state(), events);
            }
            for (Dump.Entry entry : entries) {
                int units = Math.max(Math.abs(entry.available()), Math.abs(entry.held()));
                if (units != order.quantity()) {
                    findings.add(
                            "INV-12",
                            "order %s is for %d, its ledger row %s moves %d",
                            order.id(),
                            order.quantity(),
                            entry.operationId(),
                            units);
                }
            }
        }
        for (String orderId : scene.ledgerByOrder.keySet()) {
            if (!scene.orderById.containsKey(orderId)) {
                findings.add("INV-12", "the ledger moves units of order %s, which has no row", orderId);
            }
        }
    }

    /**
     * What is left although there were takers must be explained by units that came back, or that were added, once the crowd
     * had gone; a remainder smaller than the largest basket may be left too.
     */
    private static void undersell(Scene scene, Findings findings) {
        int largest = scene.attempts.stream().mapToInt(Attempt::quantity).max().orElse(1);
        long returned = scene.ledger.stream()
                .filter(e -> List.of("CANCELLED", "EXPIRED", "RETURNED").contains(e.event()))
                .mapToLong(Dump.Entry::available)
                .sum();
        if (scene.hot != null) {
            returned += scene.hot.reservations().values().stream()
                    .filter(r -> r.code() != null)
                    .mapToLong(r -> r.quantity())
                    .sum();
        }
        long left = scene.item.available();
        boolean refusedForStock =
                scene.attempts.stream().anyMatch(a -> "SOLD_OUT".equals(a.code()) || "ALL_RESERVED".equals(a.code()));
        if (refusedForStock && left > returned + scene.offer.toppedUp() + largest - 1) {
            findings.add(
                    "INV-18",
                    "%s: buyers were told there is none, yet %d units are left and only %d came back",
                    scene.offer.sku(),
                    left,
                    returned);
        }
        long demand = demand(scene);
        if (demand >= scene.offer.units() && left > returned + largest - 1) {
            findings.add(
                    "INV-18",
                    "%s: %d units were wanted of %d, yet %d are left and only %d came back",
                    scene.offer.sku(),
                    demand,
                    scene.offer.units(),
                    left,
                    returned);
        }
    }

    /** Units wanted by buyers who were entitled to them and were heard to the end. */
    private static long demand(Scene scene) {
        Set<String> heard = Set.of("RESERVED", "SOLD_OUT", "ALL_RESERVED", "LIMIT_REACHED");
        long demand = 0;
        for (List<Attempt> attempts : scene.attemptsByUser.values()) {
            Map<String, Integer> wanted = new HashMap<>();
            for (Attempt attempt : attempts) {
                if (attempt.code() != null && heard.contains(attempt.code())) {
                    String key = attempt.requestId() == null ? "#" + attempt.number() : attempt.requestId();
                    wanted.put(key, attempt.quantity());
                }
            }
            int sum = wanted.values().stream().mapToInt(Integer::intValue).sum();
            demand += Math.min(sum, scene.offer.limitOf(attempts.get(0).level()));
        }
        return demand;
    }

    private StockChecks() {}
}
