package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.stock.Rebuild;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.StockKeys;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Redis that lost its process, its data or its lease sells nothing until it was rebuilt from MySQL, by itself. */
class RebuildIT {

    private World world;
    private BackendProcess backend;
    private World.Published item;
    private long first;

    @BeforeEach
    void start() {
        world = new World();
        backend = world.start();
        backend.awaitReady();
        world.accounts("b", 60);
        item = world.publish("SKU", 50, 3, 0);
        world.awaitSelling(item);
        first = world.epoch(item);
        for (int i = 1; i <= 10; i++) {
            backend.reserve(world.reserve(item, "b" + i, 1, 2, "key" + i).attempt());
        }
        Awaitility.await().until(() -> world.number("SELECT held FROM promo_item WHERE id = " + item.id()) == 20);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private void awaitRebuilt() {
        world.awaitRebuilt(item, first);
        world.assertEqual(item);
    }

    /** What Redis must know of the ten orders of each test. */
    private void assertRestored() {
        var keys = world.keys(item);
        assertThat(world.edge().hlen(keys.reservations())).isEqualTo(10);
        assertThat(world.edge().hget(keys.buyers(), "b1")).isEqualTo("2");
        assertThat(world.edge().llen(keys.holders())).isEqualTo(10);
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 30L, 20L, 0L));
        var replay = world.reserve(item, "b1", 1, 2, "key1");
        assertThat(replay.outcome()).isEqualTo("REPLAYED");
        assertThat(replay.reply().get(3)).isEqualTo("RESERVED");
        assertThat(world.reserve(item, "b1", 1, 2, null).outcome()).isEqualTo("LIMIT_REACHED");
    }

    /** The value of a metric's line; null where there is none. */
    private @Nullable String metric(String nameAndLabels) {
        return backend.get("/metrics")
                .raw()
                .body()
                .lines()
                .filter(line -> line.startsWith(nameAndLabels + " "))
                .map(line -> line.substring(nameAndLabels.length() + 1))
                .findFirst()
                .orElse(null);
    }

    private String units(String state) {
        return "flashsale_stock_units{sku=\"SKU\",state=\"" + state + "\",store=\"redis\"}";
    }

    @Test
    void gauges_say_what_redis_has_and_nothing_while_it_is_away() {
        // Of the order that nobody carries to the queue the relay would hear before Redis is killed.
        backend.stop();
        backend = world.start("flashsale.stock.relay-age=1m");
        backend.awaitReady();
        world.awaitSelling(item);
        first = world.epoch(item);
        world.consumer.pause();
        Awaitility.await().untilAsserted(() -> {
            assertThat(metric(units("available"))).isEqualTo("30.0");
            assertThat(metric(units("held"))).isEqualTo("20.0");
            assertThat(metric("flashsale_item_epoch{sku=\"SKU\"}")).isEqualTo(first + ".0");
            assertThat(metric("flashsale_item_ready{sku=\"SKU\"}")).isEqualTo("1.0");
            assertThat(metric("flashsale_items_live")).isEqualTo("1.0");
            assertThat(metric("flashsale_items_not_ready")).isEqualTo("0.0");
            assertThat(metric("flashsale_pending_orders")).isEqualTo("0.0");
            assertThat(metric("flashsale_pending_oldest_seconds")).isEqualTo("0.0");
            assertThat(Double.parseDouble(metric("flashsale_lease_seconds"))).isBetween(0.1, 5.0);
            assertThat(Double.parseDouble(metric("flashsale_clock_offset_seconds{store=\"redis\"}")))
                    .isBetween(-0.2, 0.2);
            assertThat(Double.parseDouble(metric("flashsale_clock_offset_seconds{store=\"mysql\"}")))
                    .isBetween(-0.2, 0.2);
        });
        world.reserve(item, "b11", 1, 1, null); // and nobody carries it to the queue
        Awaitility.await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> assertThat(
                        metric("flashsale_pending_orders"))
                .isEqualTo("1.0"));

        world.redis.kill();
        Awaitility.await().untilAsserted(() -> {
            assertThat(metric(units("available"))).isEqualTo("NaN");
            assertThat(metric("flashsale_lease_seconds")).isEqualTo("NaN");
            assertThat(metric("flashsale_condition{condition=\"redis\"}")).isEqualTo("0.0");
            assertThat(metric("flashsale_condition{condition=\"mysql\"}")).isEqualTo("1.0");
        });

        world.redis.restart();
        world.allowBackend();
        world.consumer.resume();
        awaitRebuilt();
        Awaitility.await().untilAsserted(() -> {
            assertThat(metric(units("held"))).isEqualTo("20.0"); // what nobody had decided is not restored
            assertThat(metric("flashsale_item_epoch{sku=\"SKU\"}")).isEqualTo(world.epoch(item) + ".0");
        });
    }

    private List<String> keysOfEpoch(long epoch) {
        return world.edge().keys("fs:{SKU}:" + item.id() + ":" + epoch + ":*");
    }

    @Test
    void a_killed_redis_that_comes_back_with_its_data_sells_nothing_before_it_was_rebuilt() {
        world.consumer.pause();
        backend.reserve(world.take(item, "b11"));
        world.redis.restart();
        world.allowBackend();
        var refused = world.reserve(item, "b12", 1, 1, null);
        assertThat(refused.outcome()).isEqualTo("NOT_READY");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> backend.bean(Rebuild.class).underWay().toString().contains("queues to pass"));
        assertThat(world.sells(item))
                .as("the order on its way is not in MySQL yet")
                .isFalse();
        assertThat(backend.get("/readyz").status()).isEqualTo(503);

        world.consumer.resume();
        awaitRebuilt();
        assertThat(world.edge().hget(world.keys(item).buyers(), "b11")).isEqualTo("1");
        assertThat(keysOfEpoch(first)).as("the older epoch's keys are dropped").isEmpty();
        backend.awaitReady();
        backend.reserve(world.take(item, "b12"));
    }

    @Test
    void an_empty_redis_is_filled_again() {
        world.redis.restartEmpty();
        world.allowBackend();
        awaitRebuilt();
        assertRestored();
        assertThat(world.edge().hget("fs:catalog", "SKU")).contains("\"epoch\":" + world.epoch(item) + ",");
        assertThat(Long.parseLong(world.edge().hget("fs:catalog", "version"))).isGreaterThan(1_000_000_000_000L);
    }

    @Test
    void who_may_buy_is_laid_down_anew_with_the_item() {
        var guests = IntStream.range(0, 600).mapToObj(n -> "guest-" + n).toList();
        var own = world.publishTo(guests, "GUESTS", 50);
        world.account("guest-599", 1, "ACTIVE");
        world.account("other", 1, "ACTIVE");
        world.awaitSelling(own);
        long before = world.epoch(own);
        backend.reserve(world.reserve(own, "guest-599", 1, 2, "key").attempt());
        Awaitility.await().until(() -> world.number("SELECT held FROM promo_item WHERE id = " + own.id()) == 2);
        world.redis.restartEmpty();
        world.allowBackend();
        world.awaitRebuilt(own, before);
        var buyers = world.edge().hgetall(world.keys(own).buyers());
        assertThat(buyers).hasSize(600).containsEntry("guest-599", "2").containsEntry("guest-0", "0");
        assertThat(world.reserve(own, "other", 1, 1, null).outcome()).isEqualTo("NOT_ELIGIBLE");
        assertThat(world.reserve(own, "guest-0", 1, 1, null).outcome()).isEqualTo("TAKEN");
    }

    @Test
    void keys_that_somebody_deleted_are_rebuilt_though_the_lease_lives() {
        world.edge().flushall();
        awaitRebuilt();
        assertRestored();
    }

    @Test
    void a_lease_that_nobody_renewed_is_not_taken_up_again_without_a_rebuild() {
        backend.stop();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !world.sells(item));
        backend = world.start();
        awaitRebuilt();
        assertRestored();
    }

    @Test
    void a_backend_that_is_replaced_in_time_goes_on_with_the_lease() {
        var second = world.start();
        second.awaitReady();
        backend.stop();
        Awaitility.await()
                .during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(8))
                .until(() -> world.sells(item));
        assertThat(world.epoch(item)).isEqualTo(first);
        second.reserve(world.take(item, "b20"));
    }

    @Test
    void a_rebuild_that_was_interrupted_is_begun_anew_by_another_backend() {
        world.consumer.pause();
        var second = world.start();
        world.redis.restartEmpty();
        world.allowBackend();
        // One of the two has the lock and waits for its marker.
        Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> waits(backend) || waits(second));
        BackendProcess waiting = waits(backend) ? backend : second;
        waiting.stop();
        world.consumer.resume();
        world.awaitRebuilt(item, first + 1);
        world.assertEqual(item);
        assertRestored();
    }

    private static boolean waits(BackendProcess backend) {
        return !backend.bean(Rebuild.class).underWay().isEmpty();
    }

    @Test
    void what_was_decided_and_not_yet_sent_is_sent_before_the_new_epoch() {
        var late = world.take(item, "b30");
        var keys = world.keys(item);
        world.edge()
                .fcall(
                        "decide",
                        io.lettuce.core.ScriptOutputType.MULTI,
                        new String[] {keys.item(), keys.buyers(), keys.reservations(), keys.pending()},
                        Long.toString(item.id()),
                        "1",
                        late.orderID(),
                        "SEND");
        world.redis.restart();
        world.allowBackend();
        awaitRebuilt();
        assertThat(world.strings("SELECT state FROM orders WHERE id = '" + late.orderID() + "'"))
                .containsExactly("PENDING_PAYMENT");
    }

    @Test
    void what_was_taken_before_every_backend_died_becomes_an_order_though_the_lease_ran_out() {
        backend.stop();
        var taken = world.take(item, "b31");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !world.sells(item));
        backend = world.start();
        awaitRebuilt();
        assertThat(world.strings("SELECT state FROM orders WHERE id = '" + taken.orderID() + "'"))
                .containsExactly("PENDING_PAYMENT");
    }

    @Test
    void what_was_taken_and_not_decided_in_a_copy_of_redis_ends_as_nothing() {
        backend.stop();
        var taken = world.take(item, "b32");
        world.redis.restart();
        world.allowBackend();
        backend = world.start();
        awaitRebuilt();
        assertThat(world.strings("SELECT state FROM orders WHERE id = '" + taken.orderID() + "'"))
                .isEmpty();
        assertThat(world.snapshot(item)).as("its units are on sale again").isEqualTo(List.of(1L, 30L, 20L, 0L));
    }

    @Test
    void what_is_parked_counts_as_held_and_what_was_given_back_replays() {
        world.sql("UPDATE orders SET state = 'CANCELLED' WHERE user_id = 'b1'");
        world.sql("UPDATE orders SET state = 'PAID' WHERE user_id = 'b2'");
        world.sql("UPDATE orders SET state = 'REJECTED', request_id = NULL WHERE user_id = 'b3'");
        world.sql("UPDATE promo_item SET available = available + 4, held = held - 6, sold = 2 WHERE id = " + item.id());
        park("m1", parked("1-parked", "b40", "key40"));
        world.sql("INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, promo_item_id, body, reason,"
                + " created_at) VALUES ('m2', 'flashsale-orders', 0, 1, " + item.id()
                + ", 'rubbish', 'test', UTC_TIMESTAMP(3))");
        world.redis.restartEmpty();
        world.allowBackend();
        world.awaitRebuilt(item, first);

        // available 30 + 4 - 3 parked, held 20 - 6 + 3, sold 2
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 31L, 17L, 2L));
        var keys = world.keys(item);
        assertThat(world.edge().hget(keys.reservations(), "1-parked")).startsWith("S|b40|1|3|key40|");
        assertThat(world.edge().hget(keys.buyers(), "b1")).as("cancelled").isNull();
        assertThat(world.reserve(item, "b1", 1, 2, "key1").outcome()).isEqualTo("REPLAYED");
        assertThat(world.edge().hget(keys.buyers(), "b2")).as("paid").isEqualTo("2");
        assertThat(world.edge().hexists(keys.requests(), "b3:key3"))
                .as("rejected")
                .isFalse();
    }

    @Test
    void what_is_parked_twice_became_a_row_or_cannot_be_kept_does_not_stop_the_rebuild() {
        String row = world.strings("SELECT id FROM orders WHERE user_id = 'b1'").get(0);
        park("m1", parked("1-parked", "b40", "key40"));
        park("m2", parked("1-parked", "b40", "key40"));
        park("m3", parked(row, "b1", "key1"));
        park("m4", parked("1-bad", "b|41", "key41"));
        park("m5", parked("no order id", "b42", "key42"));
        world.redis.restartEmpty();
        world.allowBackend();
        world.awaitRebuilt(item, first);
        assertThat(world.epoch(item)).as("at the first try").isEqualTo(first + 1);
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 27L, 23L, 0L));
        assertThat(world.edge().hlen(world.keys(item).reservations())).isEqualTo(11);
    }

    private OrderPlaced parked(String orderId, String userId, String requestId) {
        return new OrderPlaced(
                1, orderId, 1, item.id(), "SKU", userId, 1, 3, 1999, "CNY", 1, requestId, 1, 99, 1, 2, null);
    }

    private void park(String messageId, OrderPlaced order) {
        world.sql("INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, promo_item_id, body, reason,"
                + " created_at) VALUES ('" + messageId + "', 'flashsale-orders', 0, 0, " + item.id() + ", x'"
                + HexFormat.of().formatHex(OrderMessage.encode(order)) + "', 'test', UTC_TIMESTAMP(3))");
    }

    @Test
    void what_is_not_kept_any_more_is_freed_and_what_is_kept_stays() {
        var keys = world.keys(item);
        backend.stop();
        world.edge().hset("fs:{GONE}:999:3:item", "seq", "0");
        world.edge().rpush("fs:{GONE}:999:3:holders", "b1");
        world.edge().hset(new StockKeys("SKU", item.id(), 0).item(), "seq", "0");
        backend = world.start();
        Awaitility.await().until(() -> world.edge().keys("fs:{GONE}:*").isEmpty());
        Awaitility.await().until(() -> keysOfEpoch(0).isEmpty());
        assertThat(world.edge().exists(keys.item())).isEqualTo(1);
    }

    @Test
    void a_newer_library_is_left_alone_and_an_older_one_replaced() {
        long ours = version();
        String library = world.edge().functionList("flashsale").get(0).toString();
        assertThat(library).contains("reserve");
        String newer = "#!lua name=flashsale\nredis.register_function{function_name='version',"
                + "callback=function() return 99 end, flags={'no-writes'}}";
        world.edge().functionLoad(newer, true);
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .until(() -> version() == 99);
        world.edge().functionLoad(newer.replace("99", "0"), true);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> version() == ours);
        awaitRebuilt();
        assertRestored();
    }

    private long version() {
        Long version = world.edge().fcallReadOnly("version", io.lettuce.core.ScriptOutputType.INTEGER, new String[0]);
        return version;
    }

    @Test
    void an_item_that_has_ended_is_rebuilt_too_so_that_its_buyers_get_their_answers() {
        world.state(item.id(), "ENDED");
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> world.reserve(item, "b50", 1, 1, null).outcome().equals("ENDED"));
        world.redis.restartEmpty();
        world.allowBackend();
        awaitRebuilt();
        assertThat(world.reserve(item, "b1", 1, 2, "key1").outcome()).isEqualTo("REPLAYED");
        assertThat(world.reserve(item, "b50", 1, 1, null).outcome()).isEqualTo("ENDED");
    }

    @Test
    void other_items_do_not_wait_for_one_whose_queues_lag() {
        world.consumer.pause();
        world.edge().del(world.keys(item).item());
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> waits(backend));
        var fresh = world.publish("SKU2", 5);
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> world.sells(fresh));
        assertThat(world.sells(item)).isFalse();
        assertThat(Set.copyOf(world.strings("SELECT sku FROM promo_item"))).hasSize(2);
        world.consumer.resume();
        awaitRebuilt();
        assertRestored();
    }

    @Test
    void an_item_that_cannot_be_read_holds_up_no_other() {
        var other = world.publish("OTHER", 5);
        world.awaitSelling(other);
        long firstOfOther = world.epoch(other);
        String pending = world.keys(item).pending();
        world.edge().del(pending);
        world.edge().set(pending, "junk");
        world.redis.restart();
        world.allowBackend();
        world.awaitRebuilt(other, firstOfOther);
        assertThat(world.epoch(item)).as("what it owes the queue is not known").isEqualTo(first);
        assertThat(world.sells(item)).isFalse();
        world.edge().del(pending);
        awaitRebuilt();
        assertRestored();
    }

    @Test
    void an_item_whose_counters_are_something_else_is_built_anew_beside_the_others() {
        var other = world.publish("OTHER", 5);
        world.awaitSelling(other);
        long firstOfOther = world.epoch(other);
        String counters = world.keys(item).item();
        world.edge().del(counters);
        world.edge().set(counters, "junk");
        awaitRebuilt();
        assertRestored();
        assertThat(world.epoch(other)).as("nothing was wrong with it").isEqualTo(firstOfOther);
    }
}
