package io.flashsale.backend.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.web.Refusal;
import io.lettuce.core.RedisException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /internal/stock/{sku}}: the SKU's newest item on both sides, and whether they agree. */
@RestController
final class StockEndpoint {

    private final ItemDirectory items;
    private final StockFunctions functions;
    private final RedisLink link;

    StockEndpoint(ItemDirectory items, StockFunctions functions, RedisLink link) {
        this.items = items;
        this.functions = functions;
        this.link = link;
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Stock(
            String sku,
            long itemId,
            long published,
            long available,
            long held,
            long sold,
            @Nullable Redis redis,
            boolean consistent) {}

    record Redis(long epoch, boolean ready, long published, long available, long held, long sold, long pending) {

        boolean identityHolds() {
            return available >= 0 && held >= 0 && sold >= 0 && published == available + held + sold;
        }
    }

    @GetMapping("/internal/stock/{sku}")
    Stock stock(@PathVariable String sku) {
        Item item = items.bySku(sku);
        if (item == null) {
            throw Refusal.of(404, "UNKNOWN_SKU", "There is no such goods.");
        }
        Redis redis = redis(item);
        return new Stock(
                item.sku(),
                item.id(),
                item.published(),
                item.available(),
                item.held(),
                item.sold(),
                redis,
                redis != null && consistent(item, redis) && !items.effectIsDue(item.id()));
    }

    static boolean consistent(Item item, Redis redis) {
        return redis.pending() == 0
                && redis.identityHolds()
                && item.published() == item.available() + item.held() + item.sold()
                && item.published() == redis.published()
                && item.available() == redis.available()
                && item.held() == redis.held()
                && item.sold() == redis.sold();
    }

    private @Nullable Redis redis(Item item) {
        try {
            var state = functions.snapshot(List.of(item.keys())).items().get(0);
            if (state == null) {
                return null;
            }
            long pending = RedisLink.await(link.commands().zcard(item.keys().pending()));
            return new Redis(
                    item.epoch(),
                    state.ready(),
                    state.published(),
                    state.available(),
                    state.held(),
                    state.sold(),
                    pending);
        } catch (RedisException away) {
            return null;
        }
    }
}
