package io.flashsale.consumer.order;

import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Looks at the orders that are in MySQL. */
@Component
public class Orders {

    private final OrderMapper mapper;

    Orders(OrderMapper mapper) {
        this.mapper = mapper;
    }

    /** Without a lock. Under the lock of their items nobody adds to or changes what is seen. */
    public Map<String, OrderRow> find(Collection<String> ids) {
        Map<String, OrderRow> found = new HashMap<>();
        if (!ids.isEmpty()) {
            mapper.find(ids).forEach(order -> found.put(order.id(), order));
        }
        return found;
    }

    /** Locks the order; its item comes first. */
    public @Nullable OrderRow lock(String id) {
        return mapper.lock(id);
    }

    /** Unpaid orders whose deadline has come, the longest overdue first; a look without locks. */
    public List<OrderRow> overdue(Instant now, int most) {
        return mapper.overdue(Utc.text(now), most);
    }

    /** Locks those of the orders that are overdue still; their item comes first. */
    public List<OrderRow> lockOverdue(Collection<String> ids, Instant now) {
        return ids.isEmpty() ? List.of() : mapper.lockOverdue(ids, Utc.text(now));
    }
}
