package io.flashsale.backend;

import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageExt;
import org.awaitility.Awaitility;

/**
 * As much of order-consumer as the backend sees: orders become rows and held units, an order of an older epoch behind its
 * marker does not, markers become fences. One message, one transaction. Items of other tests on the topic are passed over.
 */
public final class TestConsumer implements AutoCloseable {

    private final DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("test-" + UUID.randomUUID());
    private final Connection connection;
    private final Thread thread;
    private final Map<String, AtomicInteger> deliveries = new ConcurrentHashMap<>();
    private volatile boolean running = true;
    private volatile boolean paused;

    TestConsumer(String namesrv, String jdbcUrl) {
        try {
            connection = DriverManager.getConnection(jdbcUrl);
            consumer.setNamesrvAddr(namesrv);
            consumer.setInstanceName(UUID.randomUUID().toString());
            consumer.setAutoCommit(false);
            consumer.start();
            var queues = consumer.fetchMessageQueues(OrderMessage.TOPIC);
            consumer.assign(queues);
            for (var queue : queues) {
                // The client's heartbeat can close the connection that its first request just made.
                Awaitility.await().ignoreException(MQClientException.class).until(() -> {
                    consumer.seekToEnd(queue);
                    return true;
                });
            }
        } catch (MQClientException | SQLException e) {
            throw new IllegalStateException(e);
        }
        thread = new Thread(this::consume, "test-consumer");
        thread.setDaemon(true);
        thread.start();
    }

    /** How often an order's message came. */
    public int deliveries(String orderId) {
        var count = deliveries.get(orderId);
        return count == null ? 0 : count.get();
    }

    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
    }

    private void consume() {
        while (running) {
            for (MessageExt message : consumer.poll(100)) {
                while (paused && running) {
                    LockSupport.parkNanos(5_000_000);
                }
                try {
                    consume(message);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void consume(MessageExt message) throws SQLException {
        OrderMessage decoded = OrderMessage.decode(message.getBody());
        connection.setAutoCommit(false);
        if (decoded instanceof OrderPlaced order) {
            deliveries
                    .computeIfAbsent(order.orderId(), id -> new AtomicInteger())
                    .incrementAndGet();
            place(message, order);
        } else if (decoded instanceof EpochMarker marker) {
            for (var fence : marker.fences()) {
                try (var insert = connection.prepareStatement(
                        "INSERT INTO queue_fence (broker, queue_id, promo_item_id, epoch, passed_at)"
                                + " SELECT ?, ?, id, ?, UTC_TIMESTAMP(3) FROM promo_item WHERE id = ?"
                                + " ON DUPLICATE KEY UPDATE epoch = GREATEST(queue_fence.epoch, VALUES(epoch))")) {
                    insert.setString(1, message.getBrokerName());
                    insert.setInt(2, message.getQueueId());
                    insert.setLong(3, fence.epoch());
                    insert.setLong(4, fence.promoItemId());
                    insert.executeUpdate();
                }
            }
        }
        connection.commit();
    }

    private void place(MessageExt message, OrderPlaced order) throws SQLException {
        // The insert's lock is shared; whoever changes the item meanwhile would be a deadlock's victim.
        try (PreparedStatement lock = connection.prepareStatement("SELECT 1 FROM promo_item WHERE id = ? FOR UPDATE")) {
            lock.setLong(1, order.promoItemId());
            lock.executeQuery().close();
        }
        String state = "PENDING_PAYMENT";
        if (fence(message, order.promoItemId()) > order.epoch()) {
            state = "REJECTED";
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT IGNORE INTO orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor,"
                        + " currency, promo_version, state, request_id, epoch, seq, trace_id, created_at, pay_before,"
                        + " updated_at) SELECT ?, ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM promo_item WHERE id = ?")) {
            int i = 0;
            insert.setString(++i, order.orderId());
            insert.setLong(++i, order.promoId());
            insert.setString(++i, order.sku());
            insert.setString(++i, order.userId());
            insert.setInt(++i, order.userLevel());
            insert.setInt(++i, order.quantity());
            insert.setLong(++i, order.priceMinor());
            insert.setString(++i, order.currency());
            insert.setLong(++i, order.promoVersion());
            insert.setString(++i, state);
            insert.setString(++i, state.equals("REJECTED") ? null : order.requestId());
            insert.setLong(++i, order.epoch());
            insert.setLong(++i, order.seq());
            insert.setString(++i, order.traceId());
            insert.setTimestamp(++i, Timestamp.from(Instant.ofEpochMilli(order.reservedAt())));
            insert.setTimestamp(++i, Timestamp.from(Instant.ofEpochMilli(order.payBefore())));
            insert.setTimestamp(++i, Timestamp.from(Instant.now()));
            insert.setLong(++i, order.promoItemId());
            if (insert.executeUpdate() == 0 || state.equals("REJECTED")) {
                return;
            }
        }
        try (PreparedStatement take = connection.prepareStatement(
                "UPDATE promo_item SET available = available - ?, held = held + ? WHERE id = ? AND available >= ?")) {
            take.setInt(1, order.quantity());
            take.setInt(2, order.quantity());
            take.setLong(3, order.promoItemId());
            take.setInt(4, order.quantity());
            if (take.executeUpdate() != 1) {
                throw new IllegalStateException("oversold: " + order);
            }
        }
        try (PreparedStatement append = connection.prepareStatement(
                "INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held,"
                        + " delta_sold, created_at) VALUES (CONCAT(?, ':HELD'), ?, ?, ?, 'HELD', ?, ?, 0, UTC_TIMESTAMP(3))")) {
            append.setString(1, order.orderId());
            append.setString(2, order.orderId());
            append.setLong(3, order.promoItemId());
            append.setString(4, order.sku());
            append.setInt(5, -order.quantity());
            append.setInt(6, order.quantity());
            append.executeUpdate();
        }
    }

    private long fence(MessageExt message, long itemId) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT epoch FROM queue_fence WHERE broker = ? AND queue_id = ? AND promo_item_id = ?")) {
            select.setString(1, message.getBrokerName());
            select.setInt(2, message.getQueueId());
            select.setLong(3, itemId);
            var result = select.executeQuery();
            return result.next() ? result.getLong(1) : 0;
        }
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join(2000);
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        consumer.shutdown();
    }
}
