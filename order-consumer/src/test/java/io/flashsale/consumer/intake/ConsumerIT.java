package io.flashsale.consumer.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.testing.ConsumerProcess;
import io.flashsale.consumer.testing.Orders;
import io.flashsale.consumer.testing.Producer;
import io.flashsale.consumer.testing.Secrets;
import io.flashsale.consumer.testing.Shop;
import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.Fence;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.testkit.RealMySql;
import io.flashsale.testkit.RealRocketMq;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumers as processes, on a real queue and a real database, which are killed and frozen. */
class ConsumerIT {

    private static final RealMySql mySql = RealMySql.start();
    private static final RealRocketMq rocketMq = RealRocketMq.shared();
    private static int topics;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private final List<ConsumerProcess> consumers = new ArrayList<>();
    private Shop shop;
    private Producer producer;
    private Map<String, String> environment;

    @BeforeEach
    void aShopWithATopicAndAGroupOfItsOwn() {
        topics++;
        shop = Shop.open(mySql);
        producer = Producer.open(rocketMq, "orders-" + topics, 4);
        environment = new HashMap<>(Secrets.environment(folder, shop.url(), rocketMq.namesrvAddr(), shop));
        environment.put("FLASHSALE_INTAKE_TOPIC", producer.topic);
        environment.put("FLASHSALE_INTAKE_GROUP", group());
    }

    @AfterEach
    void theBooksAgree() {
        mySql.thaw();
        consumers.forEach(ConsumerProcess::close);
        producer.close();
        assertThat(shop.wrongs()).isEmpty();
    }

    @AfterAll
    static void stop() {
        mySql.close();
    }

    @Test
    void a_new_group_begins_with_the_first_message_and_every_message_lands_once() {
        long item = shop.item(2_000);
        List<OrderPlaced> orders = shop.orders(item, 1_000, Instant.now());
        List<OrderPlaced> deliveries = new ArrayList<>();
        var random = new Random(7);
        orders.forEach(order -> deliveries.addAll(Collections.nCopies(1 + random.nextInt(5), order)));
        Collections.shuffle(deliveries, random);
        producer.send(deliveries);

        ConsumerProcess consumer = consumer().awaitReady();
        await(() -> shop.orderCount() == 1_000);
        awaitAcknowledged();
        assertThat(shop.number("SELECT SUM(held) FROM promo_item")).isEqualTo(1_000);

        OrderPlaced late = shop.order(item, "late", 1, "r1", Instant.now());
        producer.send(List.of(late));
        await(() -> shop.orderCount() == 1_001);
        assertThat(consumer.status("/livez")).isEqualTo(200);
        assertThat(consumer.metric("flashsale_consumer_messages_total{outcome=\"placed\"}"))
                .isEqualTo(1_001);
        await(() -> consumer.metric("flashsale_consumer_lag_messages") == 0);
        assertThat(consumer.metric("flashsale_consumer_batch_messages_count")).isPositive();
        assertThat(consumer.metric("flashsale_consumer_batch_seconds_bucket{le=\"+Inf\"}"))
                .isPositive();
        String held = "flashsale_stock_units{sku=\"%s\",state=\"held\",store=\"mysql\"}"
                .formatted(shop.text("SELECT sku FROM promo_item WHERE id = " + item));
        await(() -> consumer.metric(held) == 1_001);
        assertThat(consumer.stop()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void it_says_where_the_cms_reads_it_how_far_it_is_behind() throws SQLException {
        long item = shop.item(10);
        producer.send(List.of(shop.order(item, "u1", 1, null, Instant.now())));
        consumer();
        await(() -> shop.orderCount() == 1);
        await(() -> pulses("behind = 0 AND oldest_ms = 0 AND queues = of_queues AND queues > 0") == 1);
        try (Connection held = shop.lock(item)) {
            assertThat(held.isClosed()).isFalse();
            producer.send(List.of(
                    shop.order(item, "u2", 1, null, Instant.now()), shop.order(item, "u3", 1, null, Instant.now())));
            await(() -> pulses("behind = 2 AND oldest_ms > 1000") == 1);
        }
        await(() -> shop.orderCount() == 3);
        await(() -> pulses("behind = 0 AND oldest_ms = 0") == 1);
    }

    /** Of the last seconds. */
    private long pulses(String where) {
        return shop.number(
                "SELECT COUNT(*) FROM queue_pulse WHERE said_at > UTC_TIMESTAMP(3) - INTERVAL 3 SECOND AND " + where);
    }

    @Test
    void poisoned_messages_are_parked_and_the_others_flow_through_the_same_queue() {
        long item = shop.item(10);
        OrderPlaced before = shop.order(item, "u1", 1, null, Instant.now());
        OrderPlaced behind = shop.order(item, "u2", 1, null, Instant.now());
        producer.send(before, before.orderId(), 0);
        producer.send("{\"type\":\"ORDER_PLACED\",\"v\":2}".getBytes(UTF_8), "1-x", 0);
        producer.send(new byte[2_000_000], "huge", 0);
        producer.send(behind, behind.orderId(), 0);

        ConsumerProcess consumer = consumer();
        await(() -> shop.orderCount() == 2);
        await(() -> consumer.metric("flashsale_messages_parked") == 2);
        assertThat(shop.column("SELECT LENGTH(body) FROM parked_message ORDER BY id"))
                .containsExactly("29", "2000000");
        awaitAcknowledged();
    }

    @Test
    void a_marker_is_a_fence_in_each_queue() {
        long item = shop.item(100);
        shop.run("UPDATE promo_item SET epoch = 2");
        List<OrderPlaced> before = shop.orders(item, 20, Instant.now());
        producer.send(before);
        producer.sendToAll(new EpochMarker(1, List.of(new Fence(item, 2))));
        OrderPlaced stale = shop.order(item, "stale", 1, null, Instant.now());
        OrderPlaced fresh = Orders.ofEpoch(shop.order(item, "fresh", 1, null, Instant.now()), 2);
        for (int queue = 0; queue < 4; queue++) {
            producer.send(stale, stale.orderId(), queue);
        }
        producer.send(fresh, fresh.orderId(), 3);

        consumer();
        await(() -> shop.number("SELECT COUNT(*) FROM queue_fence WHERE epoch = 2") == 4);
        assertThat(shop.number("SELECT COUNT(*) FROM orders WHERE state = 'PENDING_PAYMENT' AND epoch = 1"))
                .as("when the fences are there, so is everything from before the markers")
                .isEqualTo(20);
        await(() -> shop.orderCount() == 22);
        assertThat(shop.state(stale)).isEqualTo("REJECTED STALE_EPOCH");
        assertThat(shop.state(fresh)).isEqualTo("PENDING_PAYMENT");
    }

    @Test
    void a_consumer_killed_between_commit_and_acknowledgement_doubles_nothing() {
        long item = shop.item(5_000);
        producer.send(shop.orders(item, 2_000, Instant.now()));
        // The client stores offsets for the first time 10 s after its start, so here everything is committed and
        // nothing acknowledged.
        ConsumerProcess first = consumer();
        await(() -> shop.orderCount() == 2_000);
        kill(first);
        assertThat(acknowledged()).as("the point of the crash").isLessThan(2_000);

        ConsumerProcess second = consumer();
        producer.send(shop.orders(item, 100, Instant.now()));
        awaitAcknowledged();
        assertThat(shop.orderCount()).isEqualTo(2_100);
        assertThat(second.metric("flashsale_consumer_messages_total{outcome=\"seen_before\"}"))
                .as("what was not acknowledged came again")
                .isPositive();
    }

    @Test
    void a_consumer_killed_with_a_full_prefetch_loses_nothing() {
        long item = shop.item(50_000);
        producer.send(shop.orders(item, 20_000, Instant.now()));
        ConsumerProcess first = consumer();
        await(() -> shop.orderCount() > 500);
        kill(first);
        long written = shop.orderCount();
        assertThat(written).as("it was killed in the middle").isLessThan(20_000);

        consumer();
        await(() -> shop.orderCount() == 20_000);
        awaitAcknowledged();
        assertThat(shop.number("SELECT SUM(held) FROM promo_item")).isEqualTo(20_000);
    }

    @Test
    void two_consumers_share_the_queues_and_a_frozen_one_comes_back_as_a_harmless_zombie() {
        long item = shop.item(50_000);
        ConsumerProcess zombie = consumer().awaitReady();
        ConsumerProcess other = consumer().awaitReady();
        producer.send(shop.orders(item, 8_000, Instant.now()));
        await(() -> shop.orderCount() > 200);
        zombie.freeze();
        long before = shop.orderCount();
        assertThat(before).as("it was frozen in the middle").isLessThan(8_000);
        // After a restart the broker knows only the member that speaks, and gives it all queues.
        rocketMq.restart();
        endOpenTransactions();
        await(() -> shop.orderCount() == 8_000);
        assertThat(other.isAlive()).isTrue();

        zombie.thaw();
        OrderPlaced late = shop.order(item, "late", 1, null, Instant.now());
        producer.send(List.of(late));
        await(() -> shop.orderCount() == 8_001);
        awaitAcknowledged();
        await(() -> zombie.status("/readyz") == 200);
        // what it had in hand was there already
        await(() -> zombie.metric("flashsale_consumer_messages_total{outcome=\"seen_before\"}") > 0);
    }

    /** What the server does by itself a minute after a client has fallen silent, see {@code wait_timeout}. */
    private void endOpenTransactions() {
        shop.column("SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_mysql_thread_id > 0")
                .forEach(id -> shop.run("KILL " + id));
    }

    @Test
    void a_database_that_freezes_and_dies_in_the_middle_is_waited_for_in_place() {
        long item = shop.item(50_000);
        ConsumerProcess consumer = consumer().awaitReady();
        producer.send(shop.orders(item, 5_000, Instant.now()));
        await(() -> shop.orderCount() > 200);
        List<OrderPlaced> more = shop.orders(item, 5_000, Instant.now());
        mySql.freeze();
        producer.send(more);
        await(() -> consumer.metric("flashsale_consumer_retries_total") > 0);
        mySql.thaw();
        mySql.kill();
        await(() -> consumer.status("/readyz") == 503);
        assertThat(consumer.status("/livez")).isEqualTo(200);
        mySql.restart();
        await(() -> shop.orderCount() == 10_000);
        await(() -> consumer.status("/readyz") == 200);
        awaitAcknowledged();
    }

    @Test
    void a_broker_that_dies_and_comes_back_is_read_on() {
        long item = shop.item(5_000);
        ConsumerProcess consumer = consumer().awaitReady();
        producer.send(shop.orders(item, 1_000, Instant.now()));
        await(() -> shop.orderCount() == 1_000);
        rocketMq.restart();
        rocketMq.createTopic(producer.topic, 4);
        producer.send(shop.orders(item, 1_000, Instant.now()));
        await(() -> shop.orderCount() == 2_000);
        assertThat(consumer.isAlive()).isTrue();
    }

    @Test
    void
            nothing_is_acknowledged_before_it_is_written_so_a_consumer_killed_while_the_database_is_frozen_loses_nothing() {
        long item = shop.item(5_000);
        ConsumerProcess first = consumer().awaitReady();
        List<OrderPlaced> orders = shop.orders(item, 1_000, Instant.now());
        mySql.freeze();
        producer.send(orders);
        // Some 15 s: the client has stored its offsets at the broker several times.
        await(() -> first.metric("flashsale_consumer_retries_total") >= 4);
        assertThat(acknowledged()).isZero();
        await(() -> first.metric("flashsale_consumer_lag_messages") == 1_000);
        kill(first);
        mySql.thaw();
        consumer();
        await(() -> shop.orderCount() == 1_000);
    }

    @Test
    void a_consumer_told_to_stop_while_the_database_is_frozen_ends_within_five_seconds_and_loses_nothing() {
        long item = shop.item(5_000);
        ConsumerProcess first = consumer().awaitReady();
        List<OrderPlaced> orders = shop.orders(item, 1_000, Instant.now());
        mySql.freeze();
        producer.send(orders);
        assertThat(first.stop()).isLessThan(Duration.ofSeconds(5));
        consumers.remove(first);
        mySql.thaw();
        consumer();
        await(() -> shop.orderCount() == 1_000);
    }

    private void kill(ConsumerProcess consumer) {
        consumer.kill();
        consumers.remove(consumer);
    }

    private ConsumerProcess consumer() {
        ConsumerProcess consumer = ConsumerProcess.start(folder, environment);
        consumers.add(consumer);
        return consumer;
    }

    private void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> consumers.forEach(ConsumerProcess::checkAlive))
                .until(condition);
    }

    /** Until the broker has been told that everything was consumed. */
    private void awaitAcknowledged() {
        await(() -> acknowledged() == sent());
    }

    private long acknowledged() {
        return producer.consumed(group());
    }

    private long sent() {
        return producer.sent();
    }

    private String group() {
        return "group-" + topics;
    }
}
