package io.flashsale.consumer.stock;

import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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

    /** The lines are made of the orders' own rows: nothing is told twice, and a line costs one parameter. */
    private static final String APPEND =
            "INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold,"
                    + " created_at) SELECT CONCAT(id, ?), id, promo_item_id, sku, ?, ? * quantity, ? * quantity, ? * quantity, ?"
                    + " FROM orders"
                    + " WHERE id IN (%s) ORDER BY id";

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

    /** Makes held units sold ones. @throws IllegalStateException if fewer are held */
    public void sell(long itemId, int units) {
        if (items.sell(itemId, units) != 1) {
            throw new IllegalStateException("item " + itemId + " holds fewer than the " + units + " units to be sold");
        }
    }

    /** Puts sold units back on sale. @throws IllegalStateException if fewer are sold */
    public void restock(long itemId, int units) {
        if (items.restock(itemId, units) != 1) {
            throw new IllegalStateException(
                    "item " + itemId + " sold fewer than the " + units + " units to be returned");
        }
    }

    /** Adds one line to the ledger, for some of an order's units. @param operation UNIQUE among all lines */
    public void append(
            LedgerEvent event, String operation, String orderId, long itemId, String sku, int units, Instant now) {
        jdbc.update(
                "INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held,"
                        + " delta_sold, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                operation,
                orderId,
                itemId,
                sku,
                event.name(),
                event.available * units,
                event.held * units,
                event.sold * units,
                Utc.text(now));
    }

    /**
     * Adds a line to the ledger for each of the orders, which are in MySQL. The same event happens to an order once: its operation id is
     * UNIQUE.
     */
    public void append(LedgerEvent event, List<String> orderIds, Instant now) {
        if (orderIds.isEmpty()) {
            return;
        }
        List<Object> arguments = new ArrayList<>(orderIds.size() + 6);
        arguments.add(":" + event);
        arguments.add(event.name());
        arguments.add(event.available);
        arguments.add(event.held);
        arguments.add(event.sold);
        arguments.add(Utc.text(now));
        arguments.addAll(orderIds);
        int lines = jdbc.update(
                String.format(APPEND, String.join(",", Collections.nCopies(orderIds.size(), "?"))),
                arguments.toArray());
        if (lines != orderIds.size()) {
            throw new IllegalStateException("the ledger took " + lines + " lines for the orders " + orderIds);
        }
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
