package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** From a published item to an order in MySQL, with nothing in the way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SellingIT {

    private World world;
    private BackendProcess backend;

    @BeforeAll
    void start() {
        world = new World();
        backend = world.start();
        backend.awaitReady();
        world.accounts("b", 300);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    @Test
    void a_published_item_is_sold_and_its_order_reaches_mysql() {
        var item = world.publish("SKU-A", 10);
        world.awaitSelling(item);
        // the grant comes a moment before its commit
        Awaitility.await("the installation is done")
                .until(() -> world.number("SELECT COUNT(*) FROM redis_effect WHERE promo_item_id = " + item.id()
                                + " AND applied_at IS NULL")
                        == 0);

        var attempt = world.take(item, "b1");
        backend.reserve(attempt);

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> world.strings("SELECT state FROM orders WHERE id = '" + attempt.orderID() + "'"),
                        states -> states.equals(java.util.List.of("PENDING_PAYMENT")));
        world.assertEqual(item);
    }

    @Test
    void many_at_once_are_answered_in_their_order() {
        var item = world.publish("SKU-B", 200);
        world.awaitSelling(item);
        var attempts = new ArrayList<World.Attempt>();
        for (int i = 1; i <= 200; i++) {
            attempts.add(world.take(item, "b" + i));
        }
        backend.reserve(attempts);
        world.assertEqual(item);
        assertThat(world.number("SELECT COUNT(*) FROM orders WHERE promo_item_id = " + item.id()))
                .isEqualTo(200);
    }
}
