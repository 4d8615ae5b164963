package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.testkit.RealRocketMq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A broker that is slow, frozen or dead costs nobody an order, and stops the taking of more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokerFaultIT {

    private static final Duration AT_ONCE = Duration.ofMillis(500);

    private RealRocketMq rocketMq;
    private World world;
    private BackendProcess backend;

    @BeforeAll
    void start() {
        rocketMq = RealRocketMq.start();
        world = new World(rocketMq);
        backend = world.start();
        backend.awaitReady();
        world.accounts("b", 300);
    }

    @AfterAll
    void stop() {
        world.close();
        rocketMq.close();
    }

    private String breaker() {
        return backend.internalGet("/internal/status").body().path("breaker").asString();
    }

    private long beat() {
        return Long.parseLong(world.edge().hget("fs:control", "beat"));
    }

    @Test
    void a_frozen_broker_opens_the_breaker_and_every_order_is_delivered_once_it_thaws() {
        var item = world.publish("B-FROZEN", 50);
        world.awaitSelling(item);
        backend.awaitReady();
        backend.reserve(world.take(item, "b1"));

        int taken = 12;
        var answers = new ArrayList<String>();
        rocketMq.freeze();
        try {
            for (int i = 2; i <= 12; i++) {
                long began = System.nanoTime();
                answers.add(backend.submit(world.take(item, "b" + i)));
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1900));
            }
            assertThat(answers).containsOnly("PENDING");
            assertThat(breaker()).isEqualTo("OPEN");
            var ready = backend.get("/readyz");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.body().path("problems").path("queue").asString()).contains("breaker");

            // Each two seconds one may be the probe that waits for the broker; the next is not.
            Duration least = Duration.ofDays(1);
            for (; taken < 16 && least.compareTo(AT_ONCE) >= 0; taken++) {
                long began = System.nanoTime();
                assertThat(backend.submit(world.take(item, "b" + (taken + 1)))).isEqualTo("PENDING");
                Duration took = Duration.ofNanos(System.nanoTime() - began);
                least = took.compareTo(least) < 0 ? took : least;
            }
            assertThat(least).as("an open breaker does not wait for the broker").isLessThan(AT_ONCE);
            long beat = beat();
            Awaitility.await()
                    .during(Duration.ofMillis(600))
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> beat() == beat);
        } finally {
            rocketMq.thaw();
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> breaker().equals("CLOSED"));
        backend.awaitReady();
        int orders = taken;
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> world.number("SELECT COUNT(*) FROM orders WHERE promo_item_id = " + item.id()) == orders);
        world.assertEqual(item);
        backend.reserve(world.take(item, "b" + (orders + 1)));
    }

    @Test
    void a_broker_that_was_killed_comes_back_to_find_every_order() {
        var item = world.publish("B-KILLED", 50);
        world.awaitSelling(item);
        backend.awaitReady();
        backend.reserve(world.take(item, "b1"));
        rocketMq.kill();
        var attempts = new ArrayList<World.Attempt>();
        for (int i = 2; i <= 21; i++) {
            attempts.add(world.take(item, "b" + i));
        }
        assertThat(backend.submit(attempts)).containsOnly("PENDING");
        rocketMq.restart();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> world.number("SELECT COUNT(*) FROM orders WHERE promo_item_id = " + item.id()) == 21);
        world.assertEqual(item);
        assertThat(List.of(world.number("SELECT held FROM promo_item WHERE id = " + item.id())))
                .containsExactly(21L);
    }
}
