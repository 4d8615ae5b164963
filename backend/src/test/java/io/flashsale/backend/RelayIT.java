package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A backend that died leaves its orders in the pending set; the others finish them, as often as they like. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayIT {

    private World world;
    private BackendProcess one;
    private BackendProcess two;

    @BeforeAll
    void start() {
        world = new World();
        one = world.start();
        two = world.start();
        one.awaitReady();
        two.awaitReady();
        world.accounts("b", 300);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private World.Published item(String sku, int stock) {
        var item = world.publish(sku, stock);
        world.awaitSelling(item);
        return item;
    }

    private void awaitOrders(World.Published item, int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        world.number("SELECT COUNT(*) FROM orders WHERE state = 'PENDING_PAYMENT' AND promo_item_id = "
                                        + item.id())
                                == count);
    }

    @Test
    void what_was_taken_and_never_reached_a_backend_becomes_an_order() {
        var item = item("R-TAKEN", 5);
        world.take(item, "b1");
        world.take(item, "b2");
        awaitOrders(item, 2);
        world.assertEqual(item);
    }

    @Test
    void what_was_decided_and_not_sent_becomes_an_order() {
        var item = item("R-DECIDED", 5);
        var attempt = world.take(item, "b1");
        var keys = world.keys(item);
        world.edge()
                .fcall(
                        "decide",
                        ScriptOutputType.MULTI,
                        new String[] {keys.item(), keys.buyers(), keys.reservations(), keys.pending()},
                        Long.toString(item.id()),
                        Long.toString(keys.epoch()),
                        attempt.orderID(),
                        "SEND");
        awaitOrders(item, 1);
        world.assertEqual(item);
    }

    @Test
    void the_relay_holds_the_same_policy() {
        var item = item("R-POLICY", 5);
        world.take(item, "not-an-account");
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(world.snapshot(item))
                .isEqualTo(List.of(1L, 5L, 0L, 0L)));
        assertThat(world.number("SELECT COUNT(*) FROM orders WHERE promo_item_id = " + item.id()))
                .isZero();
    }

    @Test
    void the_same_orders_through_two_backends_and_their_relays_are_each_one_order() throws Exception {
        var item = item("R-TWICE", 300);
        var attempts = new ArrayList<World.Attempt>();
        for (int i = 1; i <= 300; i++) {
            attempts.add(world.take(item, "b" + i));
        }
        var pool = Executors.newFixedThreadPool(2);
        try {
            var first = pool.submit(() -> one.submit(attempts));
            var second = pool.submit(() -> two.submit(attempts));
            // PENDING: it is decided and sent, and was told too late
            assertThat(first.get()).isSubsetOf("RESERVED", "PENDING").contains("RESERVED");
            assertThat(second.get()).isSubsetOf("RESERVED", "PENDING").contains("RESERVED");
        } finally {
            pool.shutdown();
        }
        awaitOrders(item, 300);
        world.assertEqual(item);
        assertThat(world.number("SELECT held FROM promo_item WHERE id = " + item.id()))
                .isEqualTo(300);
    }

    @Test
    void an_order_of_an_epoch_that_is_over_stays_pending() {
        var item = item("R-OLD", 5);
        var taken = world.take(item, "b1");
        var old = new World.Attempt(
                taken.orderID(), taken.sku(), taken.promoItemID(), 99, "b1", 1, 1, null, taken.payBefore(), "t");
        assertThat(one.submit(old)).isEqualTo("PENDING");
    }

    @Test
    void an_order_that_redis_does_not_know_stays_pending_and_is_never_sent() {
        var item = item("R-NONE", 5);
        var made = io.flashsale.contract.OrderId.of(item.id(), java.time.Instant.now(), 77)
                .text();
        var attempt = new World.Attempt(made, item.sku(), item.id(), 1, "b1", 1, 1, null, 1, "t");
        assertThat(one.submit(attempt)).isEqualTo("PENDING");
        assertThat(world.consumer.deliveries(made)).isZero();
    }
}
