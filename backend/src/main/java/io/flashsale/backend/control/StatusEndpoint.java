package io.flashsale.backend.control;

import io.flashsale.backend.health.Readiness;
import io.flashsale.backend.order.Relay;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Rebuild;
import io.flashsale.backend.stock.StockFunctions;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /internal/status}: the lease, the items and their epochs, the relay, the breaker. For operators and tests. */
@RestController
final class StatusEndpoint {

    private final Readiness readiness;
    private final ItemDirectory items;
    private final StockFunctions functions;
    private final Rebuild rebuild;
    private final Relay relay;
    private final OrderQueue queue;

    StatusEndpoint(
            Readiness readiness,
            ItemDirectory items,
            StockFunctions functions,
            Rebuild rebuild,
            Relay relay,
            OrderQueue queue) {
        this.readiness = readiness;
        this.items = items;
        this.functions = functions;
        this.rebuild = rebuild;
        this.relay = relay;
        this.queue = queue;
    }

    record ItemStatus(long itemId, String sku, long epoch, boolean ready, String state) {}

    @GetMapping("/internal/status")
    Map<String, Object> status() {
        var status = new LinkedHashMap<String, Object>();
        var problems = readiness.problems();
        status.put("ready", problems.isEmpty());
        status.put("problems", problems);
        status.put("breaker", queue.breakerClosed() ? "CLOSED" : "OPEN");
        status.put("relay", Map.of("sinceLastRoundMs", relay.sinceLastRound().toMillis(), "waiting", relay.waiting()));
        status.put("rebuilding", rebuild.underWay());
        List<Item> kept = items.kept();
        try {
            var snapshot = functions.snapshot(kept.stream().map(Item::keys).toList());
            status.put("leaseForMs", Math.max(0, snapshot.leaseUntil() - snapshot.now()));
            status.put("items", items(kept, snapshot));
        } catch (RedisException away) {
            status.put("leaseForMs", 0);
            status.put("items", List.of());
        }
        return status;
    }

    private static List<ItemStatus> items(List<Item> kept, StockFunctions.Snapshot snapshot) {
        var statuses = new ArrayList<ItemStatus>(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            Item item = kept.get(i);
            var state = snapshot.items().get(i);
            statuses.add(
                    new ItemStatus(item.id(), item.sku(), item.epoch(), state != null && state.ready(), item.state()));
        }
        return statuses;
    }
}
