package io.flashsale.backend.gauge;

import com.google.common.collect.Lists;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.stock.StockFunctions.ItemState;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The lease, the clock, and stock, epoch and undelivered orders of each item, as Redis has them. Where Redis does not answer they are not a
 * number, so that nobody takes an old one for today's.
 */
@Component
final class RedisGauges extends Gauges<RedisGauges.Reading> {

    /** Items that have numbers of their own, those on sale first: ten thousand would cost the watcher more than the sale costs Redis. */
    private static final int MOST_ITEMS = 200;

    /** It rests this many times as long as it looked: with ten thousand items a look is some hundred milliseconds of Redis's time. */
    private static final int REST = 20;

    private static final long SOON_MS = Duration.ofMinutes(10).toMillis();

    private final ItemDirectory items;
    private final StockFunctions functions;
    private final RedisLink link;
    private final Clock clock;
    private final MultiGauge units;
    private final MultiGauge epochs;
    private final MultiGauge ready;
    private final MultiGauge opens;
    private List<String> shown = List.of();
    private long restUntil = System.nanoTime();

    RedisGauges(ItemDirectory items, StockFunctions functions, RedisLink link, Clock clock, MeterRegistry meters) {
        super("redis-gauges", Duration.ofSeconds(2));
        this.items = items;
        this.functions = functions;
        this.link = link;
        this.clock = clock;
        this.units = MultiGauge.builder("flashsale_stock_units")
                .description("units of an item by store and state, for the first " + MOST_ITEMS + " items")
                .tag("store", "redis")
                .register(meters);
        this.epochs = MultiGauge.builder("flashsale_item_epoch")
                .description("rises with each rebuild of the item in Redis")
                .register(meters);
        this.ready = MultiGauge.builder("flashsale_item_ready")
                .description("1 where Redis may sell of the item")
                .register(meters);
        this.opens = MultiGauge.builder("flashsale_item_opens_timestamp_seconds")
                .description("when the item's sale begins or began")
                .register(meters);
        gauge(meters, "flashsale_lease_seconds", "left of the lease to sell; 0 without one", Reading::leaseSeconds);
        gauge(meters, "flashsale_items_live", "items of promos that are published and not ended", Reading::live);
        gauge(meters, "flashsale_items_not_ready", "of these, those that Redis may not sell of", Reading::notReady);
        gauge(
                meters,
                "flashsale_items_opening_not_ready",
                "of these, those that open within ten minutes",
                Reading::openingNotReady);
        gauge(meters, "flashsale_pending_orders", "taken in Redis and not in the queue yet", Reading::pending);
        gauge(meters, "flashsale_pending_oldest_seconds", "age of the oldest of these", Reading::pendingSeconds);
        gauge(meters, "flashsale_redis_memory_used_bytes", "what Redis uses", r -> r.info("used_memory"));
        gauge(meters, "flashsale_redis_memory_max_bytes", "what it may use; 0: all there is", r -> r.info("maxmemory"));
        gauge(
                meters,
                "flashsale_redis_aof_delayed_fsyncs",
                "of this Redis's life: its disk was too slow",
                r -> r.info("aof_delayed_fsync"));
        gauge(
                meters,
                "flashsale_clock_offset_seconds",
                "how far a store's clock is ahead of this process's",
                Reading::clockOffset,
                "store",
                "redis");
    }

    /** One look at Redis. Seconds, but for counts. */
    record Reading(
            double leaseSeconds,
            double clockOffset,
            int live,
            int notReady,
            int openingNotReady,
            long pending,
            double pendingSeconds,
            Map<String, String> info,
            Map<String, Shown> items) {

        double info(String name) {
            String value = info.get(name);
            return value == null ? Double.NaN : Double.parseDouble(value);
        }
    }

    record Shown(Item item, @Nullable ItemState state) {

        boolean ready() {
            return state != null && state.ready();
        }
    }

    private double of(String sku, ToDoubleFunction<Shown> value) {
        return of(now -> {
            Shown shownItem = now.items().get(sku);
            return shownItem == null ? Double.NaN : value.applyAsDouble(shownItem);
        });
    }

    private static ToDoubleFunction<Shown> inRedis(ToDoubleFunction<ItemState> value) {
        return item -> {
            ItemState state = item.state();
            return state == null ? Double.NaN : value.applyAsDouble(state);
        };
    }

    @Override
    protected void run() {
        long began = System.nanoTime();
        if (began - restUntil < 0) {
            return;
        }
        Reading next = null;
        try {
            next = read();
        } finally {
            show(next);
        }
        long now = System.nanoTime();
        restUntil = now + REST * (now - began);
        rows(List.copyOf(next.items().keySet()));
    }

    private Reading read() {
        List<Item> kept = items.kept();
        Pending pending = new Pending(0, Double.POSITIVE_INFINITY);
        for (List<Item> some : Lists.partition(kept, StockFunctions.MAX_BATCH)) {
            pending = pending.and(some, link.commands());
        }
        long before = clock.millis();
        long offset = functions.snapshot(List.of()).now() - (before + clock.millis()) / 2;
        var snapshot = functions.snapshot(kept.stream().map(Item::keys).toList());

        var byRank = new LinkedHashMap<String, Shown>();
        int live = 0;
        int notReady = 0;
        int openingNotReady = 0;
        for (int i = 0; i < kept.size(); i++) {
            var item = new Shown(kept.get(i), snapshot.items().get(i));
            if (item.item().live()) {
                live++;
                notReady += item.ready() ? 0 : 1;
                long opensIn = item.item().opens() - snapshot.now();
                openingNotReady += !item.ready() && opensIn > 0 && opensIn < SOON_MS ? 1 : 0;
            }
            if (byRank.size() < MOST_ITEMS) {
                byRank.putIfAbsent(item.item().sku(), item);
            }
        }
        return new Reading(
                Math.max(0, snapshot.leaseUntil() - snapshot.now()) / 1000.0,
                offset / 1000.0,
                live,
                notReady,
                openingNotReady,
                pending.orders(),
                Math.max(0, snapshot.now() - pending.oldestAt()) / 1000,
                info(),
                byRank);
    }

    /** The lines {@code name:value} that Redis says of itself. */
    private Map<String, String> info() {
        var lines = new HashMap<String, String>();
        for (String line : RedisLink.await(link.commands().info()).split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                lines.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return lines;
    }

    /** @param oldestAt by Redis's clock; infinite without any */
    private record Pending(long orders, double oldestAt) {

        /** In one go, but not for all items at once: the beat waits behind it. */
        Pending and(List<Item> items, RedisAsyncCommands<String, String> redis) {
            var counts = items.stream()
                    .map(item -> redis.zcard(item.keys().pending()))
                    .toList();
            var firsts = items.stream()
                    .map(item -> redis.zrangeWithScores(item.keys().pending(), 0, 0))
                    .toList();
            long sum = orders;
            double oldest = oldestAt;
            for (int i = 0; i < items.size(); i++) {
                sum += RedisLink.await(counts.get(i));
                for (var order : RedisLink.await(firsts.get(i))) {
                    oldest = Math.min(oldest, order.getScore());
                }
            }
            return new Pending(sum, oldest);
        }
    }

    private void rows(List<String> skus) {
        if (skus.equals(shown)) {
            return;
        }
        var unitRows = new ArrayList<Row<?>>();
        var epochRows = new ArrayList<Row<?>>();
        var readyRows = new ArrayList<Row<?>>();
        var opensRows = new ArrayList<Row<?>>();
        for (String sku : skus) {
            unitRows.add(row(sku, "available", inRedis(ItemState::available)));
            unitRows.add(row(sku, "held", inRedis(ItemState::held)));
            unitRows.add(row(sku, "sold", inRedis(ItemState::sold)));
            Tags of = Tags.of("sku", sku);
            epochRows.add(Row.of(
                    of, this, g -> g.of(sku, shownItem -> shownItem.item().epoch())));
            readyRows.add(Row.of(of, this, g -> g.of(sku, shownItem -> shownItem.ready() ? 1 : 0)));
            opensRows.add(Row.of(
                    of, this, g -> g.of(sku, shownItem -> shownItem.item().opens() / 1000.0)));
        }
        units.register(unitRows);
        epochs.register(epochRows);
        ready.register(readyRows);
        opens.register(opensRows);
        shown = skus;
    }

    private Row<?> row(String sku, String state, ToDoubleFunction<Shown> value) {
        return Row.of(Tags.of("sku", sku, "state", state), this, g -> g.of(sku, value));
    }
}
