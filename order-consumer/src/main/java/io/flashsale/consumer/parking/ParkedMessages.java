package io.flashsale.consumer.parking;

import io.flashsale.consumer.store.Utc;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    /** How a parked message came to its end. */
    public enum Resolution {
        /** Its order came by another message. */
        SETTLED,
        /** It was tried again, and is an order, or was one already. */
        REPLAYED,
        /** It will not be an order. */
        DISCARDED
    }

    /** A message that is or was parked. */
    public record Entry(
            long id,
            Parked message,
            Instant createdAt,
            @Nullable Instant resolvedAt,
            @Nullable Resolution resolution,
            @Nullable String resolvedBy,
            @Nullable String note) {}

    private static final String ENTRY =
            "SELECT id, message_id, topic, queue_id, queue_offset, order_id, promo_item_id, body, reason,"
                    + " DATE_FORMAT(created_at, '%Y-%m-%dT%H:%i:%s.%fZ'), DATE_FORMAT(resolved_at, '%Y-%m-%dT%H:%i:%s.%fZ'),"
                    + " resolution, resolved_by, note FROM parked_message ";

    /** The oldest first. */
    public List<Entry> list(boolean resolvedToo, int most) {
        return jdbc.query(
                ENTRY + (resolvedToo ? "" : "WHERE resolved_at IS NULL ") + "ORDER BY id LIMIT " + most,
                ParkedMessages::entry);
    }

    public @Nullable Entry find(long id) {
        return jdbc.query(ENTRY + "WHERE id = ?", ParkedMessages::entry, id).stream()
                .findFirst()
                .orElse(null);
    }

    /** Locks it; whoever else would settle it waits. */
    public @Nullable Entry lock(long id) {
        return jdbc.query(ENTRY + "WHERE id = ? FOR UPDATE", ParkedMessages::entry, id).stream()
                .findFirst()
                .orElse(null);
    }

    /** Settles one message, by hand. How somebody else has settled it by hand meanwhile stays; that it is an order by now is no hindrance. */
    public void resolve(long id, Resolution resolution, String by, @Nullable String note, Instant now) {
        jdbc.update(
                "UPDATE parked_message SET resolved_at = COALESCE(resolved_at, ?), resolution = ?, resolved_by = ?, note = ?"
                        + " WHERE id = ? AND COALESCE(resolution, 'SETTLED') = 'SETTLED'",
                Utc.text(now),
                resolution.name(),
                by,
                note,
                id);
    }

    private static Entry entry(ResultSet row, int number) throws SQLException {
        var item = row.getObject(7) == null ? null : row.getLong(7);
        String resolvedAt = row.getString(11);
        String resolution = row.getString(12);
        return new Entry(
                row.getLong(1),
                new Parked(
                        row.getString(2),
                        row.getString(3),
                        row.getInt(4),
                        row.getLong(5),
                        row.getString(6),
                        item,
                        row.getBytes(8),
                        row.getString(9)),
                Instant.parse(row.getString(10)),
                resolvedAt == null ? null : Instant.parse(resolvedAt),
                resolution == null ? null : Resolution.valueOf(resolution),
                row.getString(13),
                row.getString(14));
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
                "UPDATE parked_message SET resolved_at = ?, resolution = 'SETTLED' WHERE resolved_at IS NULL AND order_id IN ("
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
