package io.flashsale.backend.stock;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds promo items. What it says about an item is at most a second old; its counters are MySQL's. */
@Component
public final class ItemDirectory {

    private final ItemMapper items;
    // 10,000 items are more than are ever on sale; unknown ids are kept too, so that asking for them costs MySQL
    // nothing.
    private final Cache<Long, Optional<Item>> byId = CacheBuilder.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();
    private volatile List<Item> kept = List.of();
    private volatile boolean looked;

    ItemDirectory(ItemMapper items) {
        this.items = items;
    }

    public @Nullable Item byId(long id) {
        try {
            return byId.get(id, () -> Optional.ofNullable(items.byId(id))).orElse(null);
        } catch (ExecutionException | com.google.common.util.concurrent.UncheckedExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException("reading item " + id, e);
        }
    }

    /** The newest published item of a SKU, not cached. */
    public @Nullable Item bySku(String sku) {
        return items.bySku(sku);
    }

    /** The items that Redis holds, as of the last round of the rebuild. */
    public List<Item> kept() {
        return kept;
    }

    /** Whether MySQL owes Redis an effect of this item by now. */
    public boolean effectIsDue(long itemId) {
        return items.effectIsDue(itemId);
    }

    /** Whether {@link #kept} is an answer already, and not only empty since nobody has looked. */
    public boolean looked() {
        return looked;
    }

    void keep(List<Item> items) {
        kept = List.copyOf(items);
        looked = true;
    }
}
