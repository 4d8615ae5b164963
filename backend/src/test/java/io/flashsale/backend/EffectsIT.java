package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.reconcile.Reconciler;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Rebuild;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What MySQL owes Redis gets there, once in effect, however often it is carried. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EffectsIT {

    private World world;
    private BackendProcess backend;

    @BeforeAll
    void start() {
        world = new World();
        backend = world.start();
        world.start().awaitReady(); // two carry at once, all the time
        backend.awaitReady();
        world.accounts("b", 60);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private World.Published item(String sku) {
        var item = world.publish(sku, 10);
        world.awaitSelling(item);
        return item;
    }

    private void awaitCarried(World.Published item) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() ->
                        world.number("SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL AND promo_item_id = "
                                        + item.id())
                                == 0);
    }

    private World.Attempt ordered(World.Published item, String buyer) {
        var attempt = world.take(item, buyer);
        backend.reserve(attempt);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> world.number("SELECT COUNT(*) FROM orders WHERE id = '" + attempt.orderID() + "'") == 1);
        return attempt;
    }

    @Test
    void units_of_refunds_come_back_once_before_and_after_a_rebuild() throws InterruptedException {
        var item = item("E-RESTOCK");
        List<String> orders = List.of(
                ordered(item, "b31").orderID(),
                ordered(item, "b32").orderID(),
                ordered(item, "b33").orderID());
        orders.forEach(id -> world.pay(item.id(), id));
        world.restock(item.id(), orders.get(0));
        world.restock(item.id(), orders.get(1));
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.snapshot(item)).containsExactly(1L, 9L, 0L, 1L);
        long epoch = world.epoch(item);
        backend.bean(Rebuild.class)
                .demand(Objects.requireNonNull(backend.bean(ItemDirectory.class).byId(item.id())));
        world.awaitRebuilt(item, epoch);
        world.assertEqual(item);
        world.restock(item.id(), orders.get(2));
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.snapshot(item)).containsExactly(1L, 10L, 0L, 0L);
        assertThat(backend.bean(Reconciler.class).reconcile(true).stream()
                        .filter(report -> report.promoItemId() == item.id()))
                .singleElement()
                .satisfies(report -> assertThat(report.differences()).isEmpty());
    }

    @Test
    void an_effect_that_the_library_does_not_know_is_carried_by_a_rebuild() {
        var item = item("E-OLDLIBRARY");
        ordered(item, "b34");
        long epoch = world.epoch(item);
        world.sql("UPDATE promo_item SET version = version + 1 WHERE id = " + item.id());
        world.effect(item.id(), "TOP_UP", "{\"total\":-7}", Duration.ZERO); // no total: the function throws
        world.awaitRebuilt(item, epoch);
        awaitCarried(item);
        world.assertEqual(item);
    }

    @Test
    void released_units_come_back_once_and_not_before_their_rest() {
        var item = item("E-RELEASE");
        long epoch = world.epoch(item);
        var attempt = ordered(item, "b1");
        long released = System.nanoTime();
        world.release(item.id(), attempt.orderID());
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> world.snapshot(item)
                .equals(List.of(1L, 10L, 0L, 0L)));
        assertThat(Duration.ofNanos(System.nanoTime() - released)).isGreaterThan(Duration.ofMillis(1400));
        // Carried, but its mark was lost.
        world.sql("UPDATE redis_effect SET applied_at = NULL WHERE kind = 'RELEASE' AND promo_item_id = " + item.id());
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.edge().hget(world.keys(item).buyers(), "b1")).isNull();
        assertThat(world.epoch(item)).isEqualTo(epoch);
    }

    @Test
    void a_pause_is_in_redis_and_in_the_catalogue_when_it_is_marked() {
        var item = item("E-PAUSE");
        world.state(item.id(), "PAUSED");
        awaitCarried(item);
        assertThat(world.reserve(item, "b1", 1, 1, null).outcome()).isEqualTo("PAUSED");
        assertThat(world.edge().hget("fs:catalog", "E-PAUSE")).contains("\"state\":\"PAUSED\"");
        long version = Long.parseLong(world.edge().hget("fs:catalog", "version"));
        world.state(item.id(), "LIVE");
        awaitCarried(item);
        assertThat(world.reserve(item, "b1", 1, 1, null).outcome()).isEqualTo("TAKEN");
        assertThat(Long.parseLong(world.edge().hget("fs:catalog", "version"))).isGreaterThan(version);
    }

    @Test
    void an_older_state_that_comes_late_changes_nothing() {
        var item = item("E-LATE");
        world.state(item.id(), "PAUSED");
        world.state(item.id(), "LIVE");
        awaitCarried(item);
        world.sql("UPDATE redis_effect SET applied_at = NULL WHERE kind = 'STATE' AND payload LIKE '%PAUSED%' AND"
                + " promo_item_id = " + item.id());
        awaitCarried(item);
        assertThat(world.reserve(item, "b1", 1, 1, null).outcome()).isEqualTo("TAKEN");
    }

    @Test
    void a_top_up_is_a_total_and_not_a_difference() {
        var item = item("E-TOPUP");
        ordered(item, "b1");
        world.topUp(item.id(), 5);
        awaitCarried(item);
        world.sql("UPDATE redis_effect SET applied_at = NULL WHERE kind = 'TOP_UP' AND promo_item_id = " + item.id());
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 14L, 1L, 0L));
        assertThat(world.edge().hget("fs:catalog", "E-TOPUP")).contains("\"published\":15");
    }

    @Test
    void an_effect_that_redis_cannot_have_has_the_item_rebuilt() {
        var item = item("E-MISSING");
        long epoch = world.epoch(item);
        var attempt = ordered(item, "b1");
        world.edge().hdel(world.keys(item).reservations(), attempt.orderID());
        world.release(item.id(), attempt.orderID());
        world.awaitRebuilt(item, epoch);
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 10L, 0L, 0L));
    }

    @Test
    void a_rebuild_that_the_consumer_asks_for_happens_once() {
        var item = item("E-REBUILD");
        long epoch = world.epoch(item);
        ordered(item, "b1");
        world.sql("UPDATE promo_item SET version = version + 1 WHERE id = " + item.id());
        world.effect(item.id(), "REBUILD", "{}", Duration.ZERO);
        awaitCarried(item);
        world.awaitSelling(item);
        world.assertEqual(item);
        Awaitility.await()
                .during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(3))
                .until(() -> world.epoch(item) == epoch + 1);
    }

    @Test
    void an_effect_from_before_the_installed_state_is_only_marked() {
        var item = item("E-BASE");
        long epoch = world.epoch(item);
        var attempt = ordered(item, "b1");
        world.release(item.id(), attempt.orderID());
        world.edge().del(world.keys(item).item());
        world.awaitRebuilt(item, epoch);
        awaitCarried(item);
        world.assertEqual(item);
        assertThat(world.snapshot(item)).isEqualTo(List.of(1L, 10L, 0L, 0L));
    }

    @Test
    void one_items_trouble_does_not_hold_up_anothers_effects() {
        var stuck = item("E-STUCK");
        long epoch = world.epoch(stuck);
        var other = item("E-OTHER");
        ordered(stuck, "b1");
        world.consumer.pause();
        try {
            world.edge().del(world.keys(stuck).item());
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> world.epoch(stuck) > epoch);
            world.sql("UPDATE promo_item SET version = version + 1 WHERE id = " + stuck.id());
            world.effect(
                    stuck.id(), "STATE", "{\"state\":\"LIVE\",\"opens\":1,\"closes\":9999999999999}", Duration.ZERO);
            world.state(other.id(), "PAUSED");
            awaitCarried(other);
        } finally {
            world.consumer.resume();
        }
        awaitCarried(stuck);
        world.assertEqual(stuck);
    }

    @Test
    void what_cannot_be_read_has_the_item_rebuilt_and_is_not_tried_for_ever() {
        var item = item("E-RUBBISH");
        long epoch = world.epoch(item);
        world.sql("UPDATE promo_item SET version = version + 1 WHERE id = " + item.id());
        world.effect(item.id(), "STATE", "rubbish", Duration.ZERO);
        world.awaitRebuilt(item, epoch);
        awaitCarried(item);
    }
}
