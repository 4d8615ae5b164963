package io.flashsale.consumer.intake;

import io.flashsale.consumer.intake.Delivery.Queue;
import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * How far each queue has passed the markers of rebuilds. A fence is written in the transaction of the batch that held the marker, so when it
 * is seen, everything before the marker is in MySQL. It never goes back. Works in the caller's transaction.
 */
@Component
class QueueFences {

    record Place(Queue queue, long itemId) {}

    private final JdbcTemplate jdbc;

    QueueFences(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The epochs that these queues are at, for these items; a place without a fence is not in the answer. */
    Map<Place, Long> of(Collection<Queue> queues, Collection<Long> items) {
        Map<Place, Long> fences = new HashMap<>();
        if (items.isEmpty()) {
            return fences;
        }
        Map<String, List<Queue>> byBroker = new HashMap<>();
        queues.forEach(queue ->
                byBroker.computeIfAbsent(queue.broker(), b -> new ArrayList<>()).add(queue));
        byBroker.forEach((broker, ofBroker) -> {
            List<Object> arguments = new ArrayList<>();
            arguments.add(broker);
            ofBroker.forEach(queue -> arguments.add(queue.id()));
            arguments.addAll(items);
            Map<Integer, Queue> byId = new HashMap<>();
            ofBroker.forEach(queue -> byId.put(queue.id(), queue));
            jdbc.query(
                    "SELECT queue_id, promo_item_id, epoch FROM queue_fence WHERE broker = ? AND queue_id IN ("
                            + marks(ofBroker.size()) + ") AND promo_item_id IN (" + marks(items.size()) + ")",
                    row -> {
                        Queue queue = byId.get(row.getInt(1));
                        if (queue != null) {
                            fences.put(new Place(queue, row.getLong(2)), row.getLong(3));
                        }
                    },
                    arguments.toArray());
        });
        return fences;
    }

    /** Sets or raises fences. */
    void raise(Map<Place, Long> fences, Instant now) {
        if (fences.isEmpty()) {
            return;
        }
        // The same order everywhere: two consumers that both believe they own a queue do not deadlock.
        List<Place> places = fences.keySet().stream()
                .sorted(Comparator.comparing((Place place) -> place.queue().broker())
                        .thenComparing(place -> place.queue().id())
                        .thenComparing(Place::itemId))
                .toList();
        String at = Utc.text(now);
        jdbc.batchUpdate(
                "INSERT INTO queue_fence (broker, queue_id, promo_item_id, epoch, passed_at) VALUES (?, ?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE passed_at = IF(VALUES(epoch) > epoch, VALUES(passed_at), passed_at),"
                        + " epoch = GREATEST(epoch, VALUES(epoch))",
                places,
                places.size(),
                (row, place) -> {
                    row.setString(1, place.queue().broker());
                    row.setInt(2, place.queue().id());
                    row.setLong(3, place.itemId());
                    row.setLong(4, fences.getOrDefault(place, 0L));
                    row.setString(5, at);
                });
    }

    private static String marks(int count) {
        return String.join(",", Collections.nCopies(count, "?"));
    }
}
