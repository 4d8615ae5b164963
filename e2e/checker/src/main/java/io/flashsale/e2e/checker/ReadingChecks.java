package io.flashsale.e2e.checker;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What buyers were shown of their orders: INV-08 (stable in the end) and INV-27 (never backwards). A refusal is not an order:
 * only Redis remembers it, and "no such order" is as true.
 */
final class ReadingChecks {

    static void check(Scene scene, Findings findings) {
        Map<String, Reading> last = new HashMap<>();
        List<Reading> inOrder = scene.run.readings().stream()
                .filter(r -> r.orderId().startsWith(Long.toString(scene.item.id(), 36) + "-"))
                .filter(r -> r.status() == 200 || r.status() == 404)
                .sorted(Comparator.comparing(Reading::at))
                .toList();
        for (Reading reading : inOrder) {
            Reading before = last.put(reading.orderId(), reading);
            boolean refusalForgotten = before != null && "REFUSED".equals(before.state()) && reading.status() == 404;
            if (before != null && rank(reading) < rank(before) && !refusalForgotten) {
                findings.add("INV-27", "order %s went from %s to %s", reading.orderId(), show(before), show(reading));
            }
            if (reading.settled()) {
                agrees(reading, scene.orderById.get(reading.orderId()), findings);
            }
        }
    }

    private static void agrees(Reading reading, Dump.@Nullable Order order, Findings findings) {
        boolean agrees = order == null
                ? reading.status() == 404 || "REFUSED".equals(reading.state())
                : reading.status() == 200 && order.state().equals(reading.state());
        if (!agrees) {
            findings.add(
                    "INV-08",
                    "order %s is shown as %s and is %s",
                    reading.orderId(),
                    show(reading),
                    order == null ? "nothing" : order.state());
        }
    }

    /** PENDING is an honest "not known yet", so nothing may follow from it, and it may follow nothing. */
    private static int rank(Reading reading) {
        if (reading.status() == 404) {
            return 0;
        }
        String state = reading.state();
        if (state == null || state.equals("PENDING")) {
            return 0;
        }
        return switch (state) {
            case "QUEUED" -> 1;
            case "PENDING_PAYMENT" -> 2;
            default -> 3;
        };
    }

    private static String show(Reading reading) {
        return reading.status() + " " + reading.state();
    }

    private ReadingChecks() {}
}
