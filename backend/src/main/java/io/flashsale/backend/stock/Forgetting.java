package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Settings;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Frees what Redis holds of items that are not kept any more, and of earlier epochs of those that are: their grants drop them,
 * unless a backend died before. MySQL is the truth, so nothing is lost but the answers to repeated requests of long ago.
 */
@Component
final class Forgetting extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Forgetting.class);

    /** fs:{SKU}:itemId:epoch:item */
    private static final Pattern ITEM = Pattern.compile("fs:\\{([A-Za-z0-9_-]{1,64})}:(\\d{1,18}):(\\d{1,18}):item");

    private final ItemMapper items;
    private final StockFunctions functions;
    private final RedisLink link;
    private final long keptSeconds;

    Forgetting(ItemMapper items, StockFunctions functions, RedisLink link, Settings settings) {
        super("forgetting", Duration.ofMinutes(1));
        this.items = items;
        this.functions = functions;
        this.link = link;
        this.keptSeconds = settings.stock().kept().toSeconds();
    }

    @Override
    protected void run() {
        // What is read after the keys' names is never older than they are.
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            KeyScanCursor<String> page = RedisLink.await(link.commands()
                    .scan(cursor, KeyScanArgs.Builder.matches("fs:{*:item").limit(1000)));
            cursor = page;
            if (!page.getKeys().isEmpty()) {
                forget(page.getKeys());
            }
        } while (!cursor.isFinished());
    }

    private void forget(Iterable<String> names) {
        Map<Long, Item> kept =
                items.kept(keptSeconds).stream().collect(Collectors.toMap(Item::id, Function.identity()));
        for (String name : names) {
            var match = ITEM.matcher(name);
            if (!match.matches()) {
                continue;
            }
            var keys = new StockKeys(match.group(1), Long.parseLong(match.group(2)), Long.parseLong(match.group(3)));
            Item item = kept.get(keys.promoItemId());
            if (item != null && keys.epoch() >= item.epoch()) {
                continue;
            }
            if (functions.drop(keys).equals("DROPPED")) {
                Counter.builder("flashsale_items_forgotten_total")
                        .description("epochs of items that Redis was told to forget")
                        .register(Metrics.globalRegistry)
                        .increment();
                LOG.info("freed epoch {} of item {} ({})", keys.epoch(), keys.promoItemId(), keys.sku());
            }
        }
    }
}
