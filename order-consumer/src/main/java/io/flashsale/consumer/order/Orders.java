package io.flashsale.consumer.order;

import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Looks at the orders that are in MySQL. */
@Component
public class Orders {

    /** On the path of every order, where a mapper's dynamic SQL would cost a fifth of the consumer's time. */
    private static final String FIND = "SELECT " + OrderMapper.COLUMNS + " FROM orders WHERE id IN ";

    private final OrderMapper mapper;
    private final JdbcTemplate jdbc;

    Orders(OrderMapper mapper, JdbcTemplate jdbc) {
        this.mapper = mapper;
        this.jdbc = jdbc;
    }

    /** Without a lock. Under the lock of their items nobody adds to or changes what is seen. */
    public Map<String, OrderRow> find(Collection<String> ids) {
        Map<String, OrderRow> found = new HashMap<>();
        if (ids.isEmpty()) {
            return found;
        }
        jdbc.query(
                FIND + "(" + String.join(",", Collections.nCopies(ids.size(), "?")) + ")",
                row -> {
                    var order = new OrderRow(
                            row.getString(1),
                            row.getLong(2),
                            row.getString(3),
                            row.getString(4),
                            row.getInt(5),
                            row.getInt(6),
                            OrderState.valueOf(row.getString(7)),
                            row.getString(8));
                    found.put(order.id(), order);
                },
                ids.toArray());
        return found;
    }

    /** Locks the order; its item comes first. */
    public @Nullable OrderRow lock(String id) {
        return mapper.lock(id);
    }

    /** Unpaid orders whose deadline has come, the longest overdue first, without those of some items; a look without locks. */
    public List<OrderRow> overdue(Instant now, int most, Collection<Long> withoutItems) {
        return mapper.overdue(Utc.text(now), most, withoutItems);
    }

    /** Locks those of the orders that are overdue still; their item comes first. */
    public List<OrderRow> lockOverdue(Collection<String> ids, Instant now) {
        return ids.isEmpty() ? List.of() : mapper.lockOverdue(ids, Utc.text(now));
    }
}
