package io.flashsale.consumer.parking;

import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What could not become an order, with the reason; nothing is dropped. Until it is settled a parked message counts as held when its item is
 * rebuilt. Works in the caller's transaction.
 */
@Component
public class ParkedMessages {

    private static final int LONGEST_REASON = 255;
    private static final int LONGEST_ORDER_ID = 64;
    private static final int LONGEST_MESSAGE_ID = 64;

    /**
     * @param messageId the broker's, of this one stored message
     * @param orderId the message's key
     * @param itemId null where not even the key tells it
     */
    public record Parked(
            String messageId,
            String topic,
            int queueId,
            long offset,
            @Nullable String orderId,
            @Nullable Long itemId,
            byte[] body,
            String reason) {}

    private final JdbcTemplate jdbc;

    ParkedMessages(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps the messages; one that is kept already stays as it is. */
    public void keep(List<Parked> messages, Instant now) {
        if (messages.isEmpty()) {
            return;
        }
        String at = Utc.text(now);
        jdbc.batchUpdate(
                "INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, order_id, promo_item_id, body, reason, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE message_id = message_id",
                messages,
                messages.size(),
                (row, message) -> {
                    row.setString(1, cut(message.messageId(), LONGEST_MESSAGE_ID));
                    row.setString(2, message.topic());
                    row.setInt(3, message.queueId());
                    row.setLong(4, message.offset());
                    row.setString(5, message.orderId() == null ? null : cut(message.orderId(), LONGEST_ORDER_ID));
                    row.setObject(6, message.itemId());
                    row.setBytes(7, message.body());
                    row.setString(8, cut(message.reason(), LONGEST_REASON));
                    row.setString(9, at);
                });
    }

    /** Which of these orders have a message that waits to be settled. */
    public Set<String> openAmong(Collection<String> orderIds) {
        if (orderIds.isEmpty()) {
            return Set.of();
        }
        return new HashSet<>(jdbc.queryForList(
                "SELECT order_id FROM parked_message WHERE resolved_at IS NULL AND order_id IN (" + marks(orderIds)
                        + ")",
                String.class,
                orderIds.toArray()));
    }

    /** These orders have a row now. */
    public void settle(Collection<String> orderIds, Instant now) {
        if (orderIds.isEmpty()) {
            return;
        }
        Object[] arguments = new Object[orderIds.size() + 1];
        arguments[0] = Utc.text(now);
        System.arraycopy(orderIds.toArray(), 0, arguments, 1, orderIds.size());
        jdbc.update(
                "UPDATE parked_message SET resolved_at = ? WHERE resolved_at IS NULL AND order_id IN ("
                        + marks(orderIds) + ")",
                arguments);
    }

    private static String marks(Collection<String> values) {
        return String.join(",", Collections.nCopies(values.size(), "?"));
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
