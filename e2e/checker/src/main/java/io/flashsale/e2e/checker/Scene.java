package io.flashsale.e2e.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One offer's share of a run, indexed. */
final class Scene {

    /** What binds a request key: nobody else's key, and no other goods', is the same key. */
    record Key(String userId, String requestId) {}

    final Offer offer;
    final Run run;
    final Dump.Item item;
    final Dump.@Nullable Hot hot;
    final List<Dump.Order> orders;
    final Map<String, Dump.Order> orderById = new LinkedHashMap<>();
    final List<Dump.Entry> ledger;
    final Map<String, List<Dump.Entry>> ledgerByOrder = new HashMap<>();
    final List<Dump.Payment> payments;
    final List<Dump.Refund> refunds;
    final List<Attempt> attempts;
    final Map<String, List<Attempt>> attemptsByUser = new HashMap<>();
    final Map<String, List<Attempt>> attemptsByOrder = new HashMap<>();
    final Map<Key, List<Attempt>> attemptsByKey = new LinkedHashMap<>();
    /** Orders of this offer in messages that nobody could read and nobody has settled: they count as held. */
    final Set<String> parked;

    Scene(Offer offer, Run run, Dump.Item item) {
        this.offer = offer;
        this.run = run;
        this.item = item;
        Dump dump = run.dump();
        this.hot = dump.hot().stream()
                .filter(h -> h.itemId() == item.id())
                .findFirst()
                .orElse(null);
        this.orders =
                dump.orders().stream().filter(o -> o.itemId() == item.id()).toList();
        orders.forEach(o -> orderById.putIfAbsent(o.id(), o));
        this.ledger = dump.ledger().stream()
                .filter(e -> e.itemId() == item.id())
                .sorted(java.util.Comparator.comparingLong(Dump.Entry::id))
                .toList();
        for (Dump.Entry entry : ledger) {
            if (entry.orderId() != null) {
                ledgerByOrder
                        .computeIfAbsent(entry.orderId(), id -> new ArrayList<>())
                        .add(entry);
            }
        }
        this.payments = dump.payments().stream()
                .filter(p -> orderById.containsKey(p.orderId()))
                .toList();
        this.refunds = dump.refunds().stream()
                .filter(r -> orderById.containsKey(r.orderId()))
                .toList();
        this.attempts =
                run.attempts().stream().filter(a -> a.sku().equals(offer.sku())).toList();
        for (Attempt attempt : attempts) {
            attemptsByUser
                    .computeIfAbsent(attempt.userId(), u -> new ArrayList<>())
                    .add(attempt);
            if (attempt.orderId() != null) {
                attemptsByOrder
                        .computeIfAbsent(attempt.orderId(), id -> new ArrayList<>())
                        .add(attempt);
            }
            if (attempt.requestId() != null) {
                attemptsByKey
                        .computeIfAbsent(new Key(attempt.userId(), attempt.requestId()), k -> new ArrayList<>())
                        .add(attempt);
            }
        }
        this.parked = dump.parked().stream()
                .map(Dump.Parked::orderId)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    List<Attempt> by(String userId) {
        return attemptsByUser.getOrDefault(userId, List.of());
    }

    List<Attempt> naming(String orderId) {
        return attemptsByOrder.getOrDefault(orderId, List.of());
    }

    List<Dump.Entry> entriesOf(String orderId) {
        return ledgerByOrder.getOrDefault(orderId, List.of());
    }
}
