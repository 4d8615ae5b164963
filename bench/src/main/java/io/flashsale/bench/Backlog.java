package io.flashsale.bench;

import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.remoting.exception.RemotingException;

/**
 * Orders of one item put into the queue while the consumer is frozen, as the backend would put them, but past edge, Redis and backend:
 * the consumer has them to itself. The item's promo has ended by then, so nobody compares it with Redis, which knows of none of them.
 */
final class Backlog implements AutoCloseable {

    private static final int BATCH = 256;
    private static final String ITEM =
            "SELECT i.id, i.promo_id, i.epoch, i.version FROM promo_item i WHERE i.sku = ? ORDER BY i.id DESC LIMIT 1";
    private static final String BOOKS =
            """
            SELECT COUNT(*), COUNT(DISTINCT o.id), SUM(l.delta_held), SUM(l.delta_available)
            FROM orders o JOIN stock_ledger l ON l.order_id = o.id WHERE o.sku = ? AND o.state = 'PENDING_PAYMENT'""";

    private record Item(long id, long promoId, long epoch, long version) {}

    private final Target target;
    private final Stores stores;
    private final String sku;
    private final int orders;
    private final Watch watch;
    private boolean frozen;

    Backlog(Target target, Stores stores, String sku, int orders) {
        this.target = target;
        this.stores = stores;
        this.sku = sku;
        this.orders = orders;
        target.publish(sku, orders);
        target.flashsale("promo", "end", sku);
        this.watch = new Watch(target, sku, Duration.ofMillis(20));
        signal("STOP");
        frozen = true;
        send();
    }

    /** Lets the consumer go. */
    void release() {
        signal("CONT");
        frozen = false;
    }

    void awaitBegun() {
        Target.await("the first order of the backlog is a row", Duration.ofSeconds(30), () -> rows() > 0);
    }

    /** Waits until all are rows; returns the orders a second, from the first batch on. */
    double awaitDrained() {
        Target.await("the backlog is drained", Duration.ofSeconds(300), () -> rows() == orders);
        return watch.heldPerSecond();
    }

    long rows() {
        return watch.held();
    }

    /** Whether each order is one row and took its unit once, in counters and ledger alike; if not, the report says so. */
    boolean judged(Report report) {
        if (inOrder()) {
            return true;
        }
        report.mark(Mark.atMost(sku + " is not in MySQL order by order", 1, 0, Unit.COUNT));
        return false;
    }

    private boolean inOrder() {
        Dump.Item item = stores.item(sku);
        long[] books = stores.query(
                        BOOKS, row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)}, sku)
                .get(0);
        return item.held() == orders
                && item.published() == item.available() + item.held() + item.sold()
                && books[0] == orders
                && books[1] == orders
                && books[2] == orders
                && books[3] == -orders;
    }

    private void send() {
        Item item = stores.query(
                        ITEM, row -> new Item(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)), sku)
                .get(0);
        var producer = new DefaultMQProducer("flashsale-bench-backlog");
        producer.setNamesrvAddr("127.0.0.1:" + target.port("NAMESRV"));
        producer.setSendMsgTimeout(5000);
        try {
            producer.start();
            Instant now = Instant.now();
            for (int from = 0; from < orders; from += BATCH) {
                List<Message> batch = new ArrayList<>(BATCH);
                for (int i = from; i < Math.min(orders, from + BATCH); i++) {
                    batch.add(message(item, now, i));
                }
                SendStatus status = producer.send(batch).getSendStatus();
                if (status != SendStatus.SEND_OK) {
                    throw new IllegalStateException("the broker says " + status);
                }
            }
        } catch (MQClientException | MQBrokerException | RemotingException e) {
            throw new IllegalStateException("cannot fill the queue", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            producer.shutdown();
        }
    }

    private Message message(Item item, Instant now, int number) {
        String id = OrderId.of(item.id(), now, number).text();
        var placed = new OrderPlaced(
                OrderMessage.VERSION,
                id,
                item.promoId(),
                item.id(),
                sku,
                "buyer" + number,
                1,
                1,
                1999,
                "CNY",
                item.version(),
                Requests.key(number),
                item.epoch(),
                number + 1L,
                now.toEpochMilli(),
                now.plus(Duration.ofHours(6)).toEpochMilli(),
                "0123456789abcdef0123456789abcdef");
        return new Message(OrderMessage.TOPIC, null, id, OrderMessage.encode(placed));
    }

    private void signal(String name) {
        Commands.require(List.of("kill", "-" + name, Long.toString(target.pid("consumer"))), Map.of());
    }

    @Override
    public void close() {
        watch.close();
        if (frozen) {
            signal("CONT");
        }
    }
}
