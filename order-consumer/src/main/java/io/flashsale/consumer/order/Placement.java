package io.flashsale.consumer.order;

import io.flashsale.consumer.parking.ParkedMessages;
import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.LedgerEvent;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Utc;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Nothing → {@code PENDING_PAYMENT} or {@code REJECTED}: the one place where orders are inserted. Works in the caller's transaction, under
 * the items' locks, on orders that have no row yet. That an order comes in once, and a request key once, is guaranteed by UNIQUE
 * constraints; a violated one undoes the caller's transaction.
 */
@Component
public class Placement {

    private static final String COLUMNS =
            "INSERT INTO orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor, currency, promo_version,"
                    + " epoch, seq, trace_id, created_at, pay_before, updated_at, request_id, state, reason)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ";

    /** Half of the consumer's time goes into handing over these parameters, so what is the same for every row is none. */
    private static final String INSERT_PENDING = COLUMNS + "?, 'PENDING_PAYMENT', NULL)";

    private static final String INSERT_REJECTED = COLUMNS + "NULL, 'REJECTED', ?)";

    private static final int LAST = 17;

    /** Keys that belong to another order are rare: Redis binds them too. So they are looked for only after a violated constraint. */
    public enum RequestKeys {
        TRUSTED,
        LOOKED_UP
    }

    /** @param rejection what is known against the order before its stock is asked for */
    public record Candidate(OrderPlaced placed, @Nullable Rejection rejection) {}

    /** What became of a candidate; {@code rejection} is null where its units are held now. */
    public record Placed(OrderPlaced order, @Nullable Rejection rejection) {}

    private final Stock stock;
    private final OrderMapper orders;
    private final ParkedMessages parked;
    private final JdbcTemplate jdbc;

    Placement(Stock stock, OrderMapper orders, ParkedMessages parked, JdbcTemplate jdbc) {
        this.stock = stock;
        this.orders = orders;
        this.parked = parked;
        this.jdbc = jdbc;
    }

    /**
     * Inserts the candidates in the order of their ids, with ledger lines and counters.
     *
     * @param items locked, one for each candidate's item
     * @param openParked orders with a parked message that their row settles
     */
    public List<Placed> place(
            Map<Long, Item> items, List<Candidate> candidates, RequestKeys keys, Set<String> openParked, Instant now) {
        List<Placed> placed = holdStock(rejectBoundKeys(inOrderOfId(candidates), keys));
        insert(placed, now);
        stock.append(
                LedgerEvent.HELD,
                placed.stream()
                        .filter(each -> each.rejection() == null)
                        .map(each -> each.order().orderId())
                        .toList(),
                now);
        askForRebuilds(items, placed, now);
        settle(placed, openParked, now);
        return placed;
    }

    private static List<Candidate> inOrderOfId(List<Candidate> candidates) {
        return candidates.stream()
                .sorted(Comparator.comparing(candidate -> candidate.placed().orderId()))
                .toList();
    }

    private List<Candidate> rejectBoundKeys(List<Candidate> candidates, RequestKeys keys) {
        record Key(String userId, long itemId, String requestId) {}
        Set<Key> boundHere = new HashSet<>();
        List<Candidate> checked = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            OrderPlaced order = candidate.placed();
            String requestId = order.requestId();
            if (candidate.rejection() != null || requestId == null) {
                checked.add(candidate);
                continue;
            }
            boolean bound = !boundHere.add(new Key(order.userId(), order.promoItemId(), requestId))
                    || (keys == RequestKeys.LOOKED_UP
                            && orders.boundTo(order.userId(), order.promoItemId(), requestId) != null);
            checked.add(bound ? new Candidate(order, Rejection.REQUEST_BOUND) : candidate);
        }
        return checked;
    }

    /** One conditional update per item takes the sum; where the ceiling refuses that, the orders are tried singly. */
    private List<Placed> holdStock(List<Candidate> candidates) {
        Map<Long, Integer> units = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.rejection() == null) {
                units.merge(candidate.placed().promoItemId(), candidate.placed().quantity(), Integer::sum);
            }
        }
        Set<Long> singly = new HashSet<>();
        new TreeSet<>(units.keySet()).forEach(item -> {
            if (!stock.hold(item, units.getOrDefault(item, 0))) {
                singly.add(item);
            }
        });
        return candidates.stream()
                .map(candidate -> settleOne(candidate, singly))
                .toList();
    }

    private Placed settleOne(Candidate candidate, Set<Long> singly) {
        OrderPlaced order = candidate.placed();
        if (candidate.rejection() != null || !singly.contains(order.promoItemId())) {
            return new Placed(order, candidate.rejection());
        }
        boolean held = stock.hold(order.promoItemId(), order.quantity());
        return new Placed(order, held ? null : Rejection.STOCK_CEILING);
    }

    private void insert(List<Placed> placed, Instant now) {
        List<Placed> pending = new ArrayList<>(placed.size());
        List<Placed> rejected = new ArrayList<>();
        placed.forEach(each -> (each.rejection() == null ? pending : rejected).add(each));
        String at = Utc.text(now);
        if (!pending.isEmpty()) {
            jdbc.batchUpdate(INSERT_PENDING, pending, pending.size(), (row, each) -> {
                bind(row, each.order(), at);
                row.setString(LAST, each.order().requestId());
            });
        }
        if (!rejected.isEmpty()) {
            jdbc.batchUpdate(INSERT_REJECTED, rejected, rejected.size(), (row, each) -> {
                bind(row, each.order(), at);
                row.setString(LAST, String.valueOf(each.rejection()));
            });
        }
    }

    private static void bind(PreparedStatement row, OrderPlaced order, String at) throws SQLException {
        row.setString(1, order.orderId());
        row.setLong(2, order.promoId());
        row.setLong(3, order.promoItemId());
        row.setString(4, order.sku());
        row.setString(5, order.userId());
        row.setInt(6, order.userLevel());
        row.setInt(7, order.quantity());
        row.setLong(8, order.priceMinor());
        row.setString(9, order.currency());
        row.setLong(10, order.promoVersion());
        row.setLong(11, order.epoch());
        row.setLong(12, order.seq());
        row.setString(13, order.traceId());
        row.setString(14, Utc.text(order.reservedAt()));
        row.setString(15, Utc.text(order.payBefore()));
        row.setString(16, at);
    }

    /** The rejected orders' units are not given back to Redis: what it believes about the item is wrong, and is replaced as a whole. */
    private void askForRebuilds(Map<Long, Item> items, List<Placed> placed, Instant now) {
        Set<Long> wrong = new TreeSet<>();
        for (Placed each : placed) {
            if (each.rejection() != null && each.rejection().provesRedisWrong()) {
                wrong.add(each.order().promoItemId());
            }
        }
        for (Long id : wrong) {
            Item item = items.get(id);
            if (item == null) {
                throw new IllegalArgumentException("item " + id + " is not locked");
            }
            stock.owe(item, List.of(Effect.rebuild(now)), now);
        }
    }

    private void settle(List<Placed> placed, Set<String> openParked, Instant now) {
        if (openParked.isEmpty()) {
            return;
        }
        parked.settle(
                placed.stream()
                        .map(each -> each.order().orderId())
                        .filter(openParked::contains)
                        .toList(),
                now);
    }
}
