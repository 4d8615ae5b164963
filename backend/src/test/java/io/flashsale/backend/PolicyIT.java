package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a session cannot know is checked again, and a refusal gives the units back in the same call. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyIT {

    private World world;
    private BackendProcess backend;

    @BeforeAll
    void start() {
        world = new World();
        backend = world.start();
        backend.awaitReady();
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private World.Published item(String sku, @Nullable Integer limit, int minLevel) {
        var item = world.publish(sku, 10, limit, minLevel);
        world.awaitSelling(item);
        return item;
    }

    private void refused(World.Published item, World.Attempt attempt, String code) {
        assertThat(backend.submit(attempt)).isEqualTo(code);
        assertThat(world.snapshot(item)).as("units are back").isEqualTo(List.of(1L, 10L, 0L, 0L));
        assertThat(world.edge().zcard(world.keys(item).pending())).isZero();
        assertThat(world.edge().hget(world.keys(item).buyers(), attempt.userID()))
                .as("quota is back")
                .isNull();
    }

    @Test
    void a_buyer_without_an_account_is_not_eligible() {
        var item = item("P-UNKNOWN", null, 0);
        refused(item, world.take(item, "nobody"), "NOT_ELIGIBLE");
    }

    @Test
    void a_blocked_account_is_not_eligible() {
        var item = item("P-BLOCKED", null, 0);
        world.account("blocked", 1, "BLOCKED");
        refused(item, world.take(item, "blocked"), "NOT_ELIGIBLE");
    }

    @Test
    void the_level_in_the_account_counts_and_not_the_sessions() {
        var item = item("P-LEVEL", null, 2);
        world.account("was-two", 1, "ACTIVE");
        refused(item, world.reserve(item, "was-two", 2, 1, null).attempt(), "NOT_ELIGIBLE");
    }

    @Test
    void who_is_on_the_items_list_buys_and_nobody_else_though_redis_thought_so() {
        world.account("guest", 1, "ACTIVE");
        world.account("other", 1, "ACTIVE");
        var item = world.publishTo(List.of("guest", "gone"), "P-LIST", 10);
        world.awaitSelling(item);
        assertThat(world.reserve(item, "other", 1, 1, null).outcome()).isEqualTo("NOT_ELIGIBLE");
        assertThat(backend.submit(world.take(item, "guest"))).isEqualTo("RESERVED");
        world.edge().hset(world.keys(item).buyers(), "other", "0");
        assertThat(backend.submit(world.reserve(item, "other", 1, 1, null).attempt()))
                .isEqualTo("NOT_ELIGIBLE");
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 9L, 1L, 0L));
    }

    @Test
    void a_level_that_may_not_buy_the_sku_is_not_eligible() {
        world.sql("INSERT INTO policy (sku, user_level, quantity_limit) VALUES ('P-ZERO', 1, 0), ('P-ZERO', 2, 5)");
        var item = item("P-ZERO", null, 0);
        world.account("zero", 1, "ACTIVE");
        assertThat(world.reserve(item, "zero", 1, 1, null).outcome()).isEqualTo("NOT_ELIGIBLE");
        refused(item, world.reserve(item, "zero", 2, 1, null).attempt(), "NOT_ELIGIBLE");
    }

    @Test
    void the_limit_of_the_accounts_level_is_counted_over_all_of_the_buyers_orders() {
        world.sql("INSERT INTO policy (sku, user_level, quantity_limit) VALUES ('P-COUNT', 1, 2), ('P-COUNT', 3, 5)");
        var item = item("P-COUNT", null, 0);
        world.account("fell", 1, "ACTIVE");
        backend.reserve(world.reserve(item, "fell", 3, 1, null).attempt());
        backend.reserve(world.reserve(item, "fell", 3, 1, null).attempt());
        assertThat(backend.submit(world.reserve(item, "fell", 3, 1, null).attempt()))
                .isEqualTo("LIMIT_REACHED");
        assertThat(backend.submit(world.reserve(item, "fell", 3, 3, null).attempt()))
                .isEqualTo("LIMIT_REACHED");
        assertThat(world.edge().hget(world.keys(item).buyers(), "fell")).isEqualTo("2");
        world.assertEqual(item);
    }

    @Test
    void a_limit_that_was_lowered_after_the_item_was_installed_is_counted_from_then_on() {
        var item = world.publish("P-LOWER", 100, 5, 0);
        world.awaitSelling(item);
        world.sql("INSERT INTO policy (sku, user_level, quantity_limit) VALUES ('P-LOWER', 1, 1)");
        world.accounts("keen", 40);
        var buyer = new java.util.concurrent.atomic.AtomicInteger();
        // Items are at most a second old, so a first few may still pass.
        Awaitility.await().pollInterval(Duration.ofMillis(100)).until(() -> {
            String user = "keen" + buyer.incrementAndGet();
            backend.reserve(world.take(item, user));
            return backend.submit(world.take(item, user)).equals("LIMIT_REACHED");
        });
        assertThat(world.edge().hget(world.keys(item).buyers(), "keen" + buyer.get()))
                .isEqualTo("1");
        world.assertEqual(item);
    }

    @Test
    void without_a_policy_row_everybody_may_buy() {
        var item = item("P-FREE", null, 0);
        world.account("free", 7, "ACTIVE");
        backend.reserve(world.reserve(item, "free", 7, 9, null).attempt());
    }

    @Test
    void a_decided_refusal_is_what_a_replay_hears_and_one_refusal_does_not_stop_its_batch() {
        var item = item("P-REPLAY", null, 0);
        world.account("good", 1, "ACTIVE");
        var bad = world.reserve(item, "stranger", 1, 1, "key-1").attempt();
        var good = world.take(item, "good");
        assertThat(backend.submit(List.of(bad, good))).containsExactly("NOT_ELIGIBLE", "RESERVED");
        assertThat(world.reserve(item, "stranger", 1, 1, "key-1").reply().toString())
                .contains("NOT_ELIGIBLE");
        assertThat(backend.submit(List.of(bad, good))).containsExactly("NOT_ELIGIBLE", "RESERVED");
        world.assertEqual(item);
        assertThat(world.number("SELECT COUNT(*) FROM orders WHERE promo_item_id = " + item.id()))
                .isEqualTo(1);
    }
}
