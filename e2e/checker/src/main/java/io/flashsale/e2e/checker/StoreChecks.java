package io.flashsale.e2e.checker;

import io.flashsale.contract.Reservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Redis against MySQL, and Redis against itself: INV-04, and the hot half of INV-01, 09, 12 and 17. */
final class StoreChecks {

    static void check(Scene scene, Findings findings) {
        Dump.Hot hot = scene.hot;
        if (hot == null || !hot.installed()) {
            findings.add(
                    "INV-04", "%s is not installed in Redis under epoch %d", scene.offer.sku(), scene.item.epoch());
            return;
        }
        counters(scene, hot, findings);
        byId(scene, hot, findings);
        marks(scene, hot, findings);
        if (!hot.pending().isEmpty()) {
            findings.add("INV-17", "%s: still owed to the queue: %s", scene.offer.sku(), sorted(hot.pending()));
        }
    }

    private static void counters(Scene scene, Dump.Hot hot, Findings findings) {
        if (hot.available() < 0 || hot.held() < 0 || hot.sold() < 0) {
            findings.add("INV-01", "%s has a negative counter in Redis", scene.offer.sku());
        }
        if (hot.published() != hot.available() + hot.held() + hot.sold()) {
            findings.add("INV-01", "%s in Redis: published is not available + held + sold", scene.offer.sku());
        }
        Dump.Item item = scene.item;
        if (hot.published() != item.published()
                || hot.available() != item.available()
                || hot.held() != item.held()
                || hot.sold() != item.sold()) {
            findings.add(
                    "INV-04",
                    "%s: published, available, held, sold are %d, %d, %d, %d in Redis and %d, %d, %d, %d in MySQL",
                    scene.offer.sku(),
                    hot.published(),
                    hot.available(),
                    hot.held(),
                    hot.sold(),
                    item.published(),
                    item.available(),
                    item.held(),
                    item.sold());
        }
        long held = 0;
        long sold = 0;
        for (Reservation r : hot.reservations().values()) {
            switch (r.state()) {
                case TAKEN, SEND -> held += r.quantity();
                case PAID -> sold += r.quantity();
                case REFUSED, GIVEN_BACK -> {}
            }
        }
        if (held != hot.held() || sold != hot.sold() + scene.item.restocked()) {
            findings.add(
                    "INV-04",
                    "%s: Redis counts held %d, sold %d, its reservations come to %d, %d with what was returned",
                    scene.offer.sku(),
                    hot.held(),
                    hot.sold(),
                    held,
                    sold);
        }
    }

    private static void byId(Scene scene, Dump.Hot hot, Findings findings) {
        for (Map.Entry<String, Reservation> entry : hot.reservations().entrySet()) {
            String id = entry.getKey();
            Reservation r = entry.getValue();
            Dump.Order order = scene.orderById.get(id);
            if (scene.parked.contains(id)) {
                continue;
            }
            String expected = expectedState(order);
            String actual =
                    switch (r.state()) {
                        case TAKEN -> "undecided";
                        case SEND -> "held";
                        case PAID -> "paid";
                        case GIVEN_BACK -> "given back";
                        case REFUSED -> "nothing";
                    };
            if (!actual.equals(expected)) {
                findings.add(
                        "INV-04",
                        "order %s of %s is %s in Redis, %s in MySQL",
                        id,
                        r.userId(),
                        actual,
                        order == null ? "absent" : order.state());
            }
            if (order != null && (!order.userId().equals(r.userId()) || order.quantity() != r.quantity())) {
                findings.add("INV-04", "order %s is another in Redis (%s) than in MySQL (%s)", id, r, order);
            }
        }
        for (Dump.Order order : scene.orders) {
            if (order.live() && !hot.reservations().containsKey(order.id())) {
                findings.add(
                        "INV-04",
                        "order %s of %s is %s in MySQL, absent in Redis",
                        order.id(),
                        order.userId(),
                        order.state());
            }
        }
    }

    private static String expectedState(Dump.@Nullable Order order) {
        if (order == null) {
            return "nothing";
        }
        return switch (order.state()) {
            case "PENDING_PAYMENT" -> "held";
            case "PAID", "REFUND_PENDING", "REFUNDED" -> "paid";
            case "REJECTED" -> "nothing";
            default -> "given back";
        };
    }

    /** The marks that a later call relies on: quota, request keys, holders. */
    private static void marks(Scene scene, Dump.Hot hot, Findings findings) {
        Map<String, Long> quota = new HashMap<>();
        Map<String, String> keys = new HashMap<>();
        Map<String, Integer> holders = new HashMap<>();
        hot.reservations().forEach((id, r) -> {
            switch (r.state()) {
                case TAKEN, SEND, PAID -> quota.merge(r.userId(), (long) r.quantity(), Long::sum);
                case REFUSED, GIVEN_BACK -> {}
            }
            if (r.requestId() != null) {
                keys.put(r.userId() + ":" + r.requestId(), id);
            }
            holders.merge(r.userId(), 1, Integer::sum);
        });
        differences(quota, hot.buyers())
                .forEach(d -> findings.add("INV-09", "%s: the buyer's mark is wrong: %s", scene.offer.sku(), d));
        differences(keys, hot.requests())
                .forEach(d -> findings.add("INV-10", "%s: the request's record is wrong: %s", scene.offer.sku(), d));
        Map<String, Integer> listed = new HashMap<>();
        hot.holders().forEach(user -> listed.merge(user, 1, Integer::sum));
        differences(holders, listed)
                .forEach(d -> findings.add("INV-10", "%s: the holders' list is wrong: %s", scene.offer.sku(), d));
        if (hot.seq() != hot.holders().size()) {
            findings.add(
                    "INV-10",
                    "%s: seq is %d, %d holders",
                    scene.offer.sku(),
                    hot.seq(),
                    hot.holders().size());
        }
    }

    private static <V> List<String> differences(Map<String, V> expected, Map<String, V> actual) {
        List<String> found = new ArrayList<>();
        expected.forEach((key, value) -> {
            if (!value.equals(actual.get(key))) {
                found.add("%s should be %s and is %s".formatted(key, value, actual.get(key)));
            }
        });
        actual.forEach((key, value) -> {
            if (!expected.containsKey(key)) {
                found.add("%s should not be there and is %s".formatted(key, value));
            }
        });
        found.sort(null);
        return found;
    }

    private static List<String> sorted(java.util.Collection<String> texts) {
        return texts.stream().sorted().toList();
    }

    private StoreChecks() {}
}
