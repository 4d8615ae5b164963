package io.flashsale.e2e.checker;

import io.flashsale.contract.Code;
import io.flashsale.contract.Reservation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Answers against what came of them: INV-05, 07, 08, 10, 11, 24, 29. */
final class RequestChecks {

    /** Refusals that a bound key must never meet again: they speak of stock, quota or window, which a replay does not need. */
    private static final Set<String> NOT_TO_HOLDERS =
            Set.of("SOLD_OUT", "ALL_RESERVED", "LIMIT_REACHED", "NOT_STARTED", "ENDED", "PAUSED", "NOT_ELIGIBLE");

    private static final Map<String, Code> CODES =
            Arrays.stream(Code.values()).collect(Collectors.toMap(Code::name, code -> code));

    static void check(Scene scene, Findings findings) {
        accepted(scene, findings);
        refusedInRedis(scene, findings);
        unknown(scene, findings);
        replays(scene, findings);
        ids(scene, findings);
        answers(scene, findings);
    }

    private static void accepted(Scene scene, Findings findings) {
        for (Attempt attempt : scene.attempts) {
            if (attempt.kind() != Attempt.Kind.OK) {
                continue;
            }
            String id = attempt.orderId();
            if (id == null) {
                findings.add("INV-05", "RESERVED without an order id: %s", attempt);
                continue;
            }
            Dump.Order order = scene.orderById.get(id);
            if (order == null) {
                String where = scene.parked.contains(id) ? "parked" : "lost";
                findings.add("INV-05", "%s: %s", where, attempt);
            } else if (order.rejected()) {
                findings.add("INV-05", "rejected (%s) after: %s", order.reason(), attempt);
            } else if (!order.userId().equals(attempt.userId()) || order.quantity() != attempt.quantity()) {
                findings.add("INV-11", "%s shows %s's order of %d", attempt, order.userId(), order.quantity());
            }
        }
    }

    /** A refused request holds nothing in Redis either. */
    private static void refusedInRedis(Scene scene, Findings findings) {
        if (scene.hot == null) {
            return;
        }
        scene.hot.reservations().forEach((id, r) -> {
            if (r.state() != Reservation.State.TAKEN && r.state() != Reservation.State.SEND) {
                return;
            }
            List<Attempt> from = scene.by(r.userId()).stream()
                    .filter(a -> id.equals(a.orderId())
                            || (r.requestId() == null
                                    ? a.requestId() == null && a.orderId() == null
                                    : r.requestId().equals(a.requestId())))
                    .toList();
            if (from.stream().allMatch(a -> a.kind() == Attempt.Kind.FAIL)) {
                findings.add("INV-07", "reservation %s holds units, its tries were %s", id, from);
            }
        });
    }

    private static void unknown(Scene scene, Findings findings) {
        for (Attempt attempt : scene.attempts) {
            String id = attempt.orderId();
            if (attempt.kind() != Attempt.Kind.UNKNOWN || id == null || scene.orderById.containsKey(id)) {
                continue;
            }
            Reservation left =
                    scene.hot == null ? null : scene.hot.reservations().get(id);
            if (left != null && left.state() != Reservation.State.REFUSED) {
                findings.add("INV-08", "neither an order nor nothing: %s is %s in Redis", attempt, left.state());
            }
        }
    }

    private static void replays(Scene scene, Findings findings) {
        scene.attemptsByKey.forEach((key, attempts) -> {
            Map<Integer, Set<String>> idsByQuantity = new HashMap<>();
            for (Attempt a : attempts) {
                if (a.orderId() != null && a.kind() != Attempt.Kind.FAIL) {
                    idsByQuantity
                            .computeIfAbsent(a.quantity(), q -> new TreeSet<>())
                            .add(a.orderId());
                }
            }
            idsByQuantity.values().stream()
                    .filter(ids -> ids.size() > 1 && !onlyOneCameTrue(scene, ids, attempts))
                    .forEach(ids -> findings.add("INV-10", "key %s gave several orders: %s", key, ids));
            long confirmed = attempts.stream()
                    .filter(a -> a.kind() == Attempt.Kind.OK)
                    .map(Attempt::quantity)
                    .distinct()
                    .count();
            if (confirmed > 1) {
                findings.add("INV-11", "key %s was accepted with several payloads: %s", key, idsByQuantity);
            }
            for (Attempt first : attempts) {
                if (first.kind() != Attempt.Kind.OK) {
                    continue;
                }
                for (Attempt later : attempts) {
                    if (after(first, later)
                            && later.quantity() == first.quantity()
                            && later.code() != null
                            && NOT_TO_HOLDERS.contains(later.code())) {
                        findings.add("INV-10", "the key was bound by %s, yet %s", first, later);
                    }
                    if (after(first, later)
                            && later.quantity() != first.quantity()
                            && later.kind() == Attempt.Kind.OK) {
                        findings.add("INV-11", "the key was bound by %s, yet %s", first, later);
                    }
                }
            }
        });
    }

    /**
     * A PENDING may end as nothing, finally, and its key be free for another order: its call came after not-after, or Redis was lost
     * with what it alone knew. So several ids may have been named for a key; at most one of them may be an order, or have been confirmed.
     */
    private static boolean onlyOneCameTrue(Scene scene, Set<String> ids, List<Attempt> attempts) {
        long existing = ids.stream()
                .filter(id -> {
                    Dump.Order order = scene.orderById.get(id);
                    return order != null && !order.rejected();
                })
                .count();
        long confirmed = attempts.stream()
                .filter(a -> a.kind() == Attempt.Kind.OK)
                .map(Attempt::orderId)
                .distinct()
                .count();
        return existing <= 1 && confirmed <= 1;
    }

    /** Certainly later: invoked when the first one's answer was known. */
    private static boolean after(Attempt first, Attempt later) {
        return first.completedAt() != null && later.invokedAt().isAfter(first.completedAt());
    }

    private static void ids(Scene scene, Findings findings) {
        scene.attemptsByOrder.forEach((id, attempts) -> {
            Set<String> whos = new TreeSet<>();
            for (Attempt a : attempts) {
                whos.add(a.userId() + " " + (a.requestId() == null ? "#" + a.number() : a.requestId()));
            }
            if (whos.size() > 1) {
                findings.add("INV-24", "order id %s was given to several requests: %s", id, whos);
            }
        });
    }

    private static void answers(Scene scene, Findings findings) {
        for (Attempt attempt : scene.attempts) {
            if (!(attempt.outcome() instanceof Attempt.Outcome.Answered answered)) {
                continue;
            }
            Code code = answered.code() == null ? null : CODES.get(answered.code());
            if (code == null || code.status() != answered.status()) {
                findings.add(
                        "INV-29",
                        "status %d with code %s is not documented: %s",
                        answered.status(),
                        answered.code(),
                        attempt);
            }
        }
    }

    private RequestChecks() {}
}
