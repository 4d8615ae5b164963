package io.flashsale.consumer.stock;

import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The counters of promo items, and the two records behind each change of them: the ledger's lines and what Redis is owed. Everything here
 * belongs to the caller's transaction, and wants the item's lock.
 */
@Component
public class Stock {

    private static final String APPEND =
            "INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold,"
                    + " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)";

    private static final String OWE =
            "INSERT INTO redis_effect (promo_item_id, version, kind, payload, not_before, created_at)"
                    + " VALUES (?, ?, ?, ?, ?, ?)";

    private final ItemMapper items;
    private final JdbcTemplate jdbc;

    Stock(ItemMapper items, JdbcTemplate jdbc) {
        this.items = items;
        this.jdbc = jdbc;
    }

    /** Locks the items in the order of their ids; one that is not there is not in the answer. */
    public Map<Long, Item> lock(Collection<Long> ids) {
        Map<Long, Item> locked = new TreeMap<>();
        SortedSet<Long> inOrder = new TreeSet<>(ids);
        if (!inOrder.isEmpty()) {
            items.lock(inOrder).forEach(item -> locked.put(item.id(), item));
        }
        return locked;
    }

    /** Takes units from what is available. Says no, and changes nothing, where that is less. */
    public boolean hold(long itemId, int units) {
        return items.hold(itemId, units) == 1;
    }

    /** Puts held units back. @throws IllegalStateException if fewer are held: then the counters are wrong, and nothing is changed */
    public void release(long itemId, int units) {
        if (items.release(itemId, units) != 1) {
            throw new IllegalStateException(
                    "item " + itemId + " holds fewer than the " + units + " units to be released");
        }
    }

    /** Adds lines to the ledger. */
    public void append(List<Movement> movements, Instant now) {
        if (movements.isEmpty()) {
            return;
        }
        String at = Utc.text(now);
        jdbc.batchUpdate(APPEND, movements, movements.size(), (row, movement) -> {
            row.setString(1, movement.operationId());
            row.setString(2, movement.orderId());
            row.setLong(3, movement.itemId());
            row.setString(4, movement.sku());
            row.setString(5, movement.event().name());
            row.setInt(6, movement.event().available * movement.units());
            row.setInt(7, movement.event().held * movement.units());
            row.setString(8, at);
        });
    }

    /** Owes Redis the effects, each with a version of its own. Once per transaction and item: the versions count from the locked row's. */
    public void owe(Item item, List<Effect> effects, Instant now) {
        if (effects.isEmpty()) {
            return;
        }
        if (items.raiseVersion(item.id(), item.version(), effects.size()) != 1) {
            throw new IllegalStateException("the version of item " + item.id() + " is no longer " + item.version()
                    + ": its effects were not owed in one go");
        }
        String at = Utc.text(now);
        long[] version = {item.version()};
        jdbc.batchUpdate(OWE, effects, effects.size(), (row, effect) -> {
            version[0]++;
            row.setLong(1, item.id());
            row.setLong(2, version[0]);
            row.setString(3, effect.kind());
            row.setString(4, effect.payload());
            row.setString(5, Utc.text(effect.notBefore()));
            row.setString(6, at);
        });
    }
}
