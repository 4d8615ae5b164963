package io.flashsale.backend.item;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.flashsale.backend.account.Session;
import io.flashsale.backend.account.Sessions;
import io.flashsale.backend.policy.PurchasePolicy;
import io.flashsale.backend.stock.Catalogue;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /api/items/{sku}}, where the edge's own cache does not know it: from this cache, at most a second old, over
 * Redis, over MySQL where Redis is away. Items for eligible levels, or for who is on a list, are not there for others.
 */
@RestController
final class ItemEndpoint {

    private final Catalogue catalogue;
    private final ItemDirectory items;
    private final StockFunctions functions;
    private final Sessions sessions;
    private final PurchasePolicy policy;
    private final Clock clock;
    private final Bulkhead reading = new Bulkhead(2, Duration.ofMillis(300), "item");
    // Unknown SKUs too: asking for many of them must not become as many reads.
    private final Cache<String, Optional<Shown>> cache = CacheBuilder.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    ItemEndpoint(
            Catalogue catalogue,
            ItemDirectory items,
            StockFunctions functions,
            Sessions sessions,
            PurchasePolicy policy,
            Clock clock) {
        this.catalogue = catalogue;
        this.items = items;
        this.functions = functions;
        this.sessions = sessions;
        this.policy = policy;
        this.clock = clock;
    }

    /** {@code available} is null where only MySQL could be asked: its number trails what was sold. */
    private record Shown(Catalogue.Entry entry, String state, @Nullable Long available, @Nullable Long held) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            String sku,
            String name,
            Catalogue.@Nullable Names names,
            long itemId,
            long promoId,
            String promoName,
            Catalogue.@Nullable Names promoNames,
            long priceMinor,
            @Nullable Long listPriceMinor,
            String currency,
            Catalogue.@Nullable Picture image,
            long opens,
            long closes,
            long holdMs,
            String state,
            int minLevel,
            @Nullable Long available,
            @Nullable Boolean soldOut,
            long now) {}

    @GetMapping("/api/items/{sku}")
    ResponseEntity<View> item(@PathVariable String sku, HttpServletRequest request) {
        Shown shown = sku.matches("[A-Za-z0-9_-]{1,64}") ? find(sku) : null;
        if (shown == null || (!shown.entry().listed() && !eligible(shown.entry(), request))) {
            throw Refusal.of(404, "UNKNOWN_SKU", "There is no such goods.");
        }
        return ResponseEntity.ok().header(HttpHeaders.CACHE_CONTROL, "no-cache").body(view(shown));
    }

    private boolean eligible(Catalogue.Entry entry, HttpServletRequest request) {
        Session session = sessions.find(request);
        return session != null
                && session.level() >= entry.minLevel()
                && (entry.byList() == null || reading.call(() -> policy.isListed(entry.itemId(), session.userId())));
    }

    private @Nullable Shown find(String sku) {
        try {
            return cache.get(sku, () -> reading.call(() -> load(sku))).orElse(null);
        } catch (ExecutionException | UncheckedExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException("reading item " + sku, e);
        }
    }

    private Optional<Shown> load(String sku) {
        try {
            var entry = catalogue.find(sku);
            if (entry != null) {
                var state = functions
                        .snapshot(List.of(new StockKeys(sku, entry.itemId(), entry.epoch())))
                        .items()
                        .get(0);
                return Optional.of(new Shown(
                        entry,
                        state == null ? entry.state() : state.state(),
                        state == null ? null : state.available(),
                        state == null ? null : state.held()));
            }
        } catch (RedisException away) {
            // MySQL knows the item as well, if not what is left of it at this moment.
        }
        Item item = items.bySku(sku);
        return item == null
                ? Optional.empty()
                : Optional.of(new Shown(Catalogue.entry(item), item.state(), null, null));
    }

    private View view(Shown shown) {
        var entry = shown.entry();
        Long available = shown.available();
        return new View(
                entry.sku(),
                entry.name(),
                entry.names(),
                entry.itemId(),
                entry.promoId(),
                entry.promoName(),
                entry.promoNames(),
                entry.priceMinor(),
                entry.listPriceMinor(),
                entry.currency(),
                entry.image(),
                entry.opens(),
                entry.closes(),
                entry.holdMs(),
                shown.state(),
                entry.minLevel(),
                available,
                available == null ? null : available == 0,
                clock.millis());
    }
}
