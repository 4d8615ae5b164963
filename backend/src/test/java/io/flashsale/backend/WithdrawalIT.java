package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.reconcile.Reconciler;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Rebuild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Units that somebody wants off sale are taken in Redis once, whatever dies between Redis and MySQL, and no buyer who was
 * promised one loses it. The booking of the CMS is played by {@link World}.
 */
class WithdrawalIT {

    private World world;
    private BackendProcess backend;
    private World.Published item;
    private long first;

    @BeforeEach
    void start() {
        world = new World();
        world.accounts("b", 30);
        backend = world.start("flashsale.reconcile.settle=300ms");
        world.start(); // two carry at once, all the time
        backend.awaitReady();
        item = world.publish("SKU", 10);
        world.awaitSelling(item);
        first = world.epoch(item);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private String verdict(long withdrawal) {
        Awaitility.await("Redis is asked under the item's present epoch")
                .atMost(Duration.ofSeconds(20))
                .until(() -> world.number(
                                "SELECT w.verdict_epoch = i.epoch FROM withdrawal w JOIN promo_item i ON i.id = w.promo_item_id"
                                        + " WHERE w.id = " + withdrawal)
                        == 1);
        return world.strings("SELECT verdict FROM withdrawal WHERE id = " + withdrawal)
                .get(0);
    }

    /** The verdict was given, and whoever heard it died before it wrote it down. */
    private void forgetVerdict(long withdrawal) {
        world.sql("UPDATE withdrawal SET verdict = NULL, verdict_epoch = NULL WHERE id = " + withdrawal);
    }

    private void rebuild() {
        long epoch = world.epoch(item);
        backend.bean(Rebuild.class)
                .demand(Objects.requireNonNull(backend.bean(ItemDirectory.class).byId(item.id())));
        world.awaitRebuilt(item, epoch);
    }

    /** What a comparison of the item finds; a backend that has not heard of its epoch yet compares nothing, and looks again. */
    private List<String> differences() {
        var found = new ArrayList<String>();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            var report = backend.bean(Reconciler.class).reconcile(true).stream()
                    .filter(each -> each.promoItemId() == item.id() && each.skipped() == null)
                    .findFirst();
            report.ifPresent(it -> it.differences().forEach(each -> found.add(each.kind() + ": " + each.detail())));
            return report.isPresent();
        });
        return found;
    }

    private void assertEnded(int published, int available) {
        world.assertEqual(item);
        assertThat(world.number("SELECT published FROM promo_item WHERE id = " + item.id()))
                .isEqualTo(published);
        assertThat(world.edge().hget(world.keys(item).item(), "published")).isEqualTo(Integer.toString(published));
        assertThat(world.snapshot(item).get(1)).isEqualTo(available);
        assertThat(world.number("SELECT SUM(delta_available) FROM stock_ledger WHERE promo_item_id = " + item.id()))
                .isEqualTo(world.number("SELECT available FROM promo_item WHERE id = " + item.id()));
    }

    @Test
    void units_are_taken_in_redis_booked_in_mysql_and_no_difference_is_seen_at_any_time() {
        long withdrawal = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(withdrawal)).isEqualTo("WITHDRAWN");
        assertThat(world.snapshot(item)).containsExactly(1L, 6L, 0L, 0L);
        assertThat(differences()).as("taken, and not booked").isEmpty();
        world.bookWithdrawal(withdrawal);
        assertThat(differences()).as("booked").isEmpty();
        assertEnded(6, 6);
        assertThat(backend.internalGet("/internal/stock/SKU")
                        .body()
                        .get("consistent")
                        .asBoolean())
                .isTrue();
        assertThat(world.epoch(item)).isEqualTo(first);
    }

    @Test
    void a_verdict_that_was_lost_is_given_again_and_the_units_are_taken_once() {
        long taken = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(taken)).isEqualTo("WITHDRAWN");
        forgetVerdict(taken);
        assertThat(verdict(taken)).isEqualTo("WITHDRAWN");
        long refused = world.askToWithdraw(item.id(), 7);
        assertThat(verdict(refused)).isEqualTo("TOO_FEW");
        world.topUp(item.id(), 5);
        Awaitility.await().until(() -> world.snapshot(item).get(1) == 11);
        forgetVerdict(refused);
        assertThat(verdict(refused)).as("what was refused stays so").isEqualTo("TOO_FEW");
        world.bookWithdrawal(taken);
        world.bookWithdrawal(refused);
        assertEnded(11, 11);
    }

    @Test
    void what_a_lost_redis_had_given_is_not_booked_but_asked_for_again() {
        long withdrawal = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(withdrawal)).isEqualTo("WITHDRAWN");
        world.consumer.pause();
        world.redis.restartEmpty();
        world.allowBackend();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> world.epoch(item) > first);
        world.bookWithdrawal(withdrawal);
        assertThat(world.strings("SELECT state FROM withdrawal WHERE id = " + withdrawal))
                .as("the verdict is an older epoch's")
                .containsExactly("ASKED");
        world.consumer.resume();
        world.awaitSelling(item);
        assertThat(verdict(withdrawal)).isEqualTo("WITHDRAWN");
        world.bookWithdrawal(withdrawal);
        assertEnded(6, 6);
    }

    @Test
    void what_was_booked_is_not_taken_again_by_a_rebuild() {
        long withdrawal = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(withdrawal)).isEqualTo("WITHDRAWN");
        world.bookWithdrawal(withdrawal);
        rebuild();
        world.topUp(item.id(), 1);
        Awaitility.await().until(() -> world.snapshot(item).get(1) == 7);
        assertEnded(7, 7);
    }

    @Test
    void a_top_up_between_taking_and_booking_adds_its_own_units_and_no_more() {
        long withdrawal = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(withdrawal)).isEqualTo("WITHDRAWN");
        world.topUp(item.id(), 5);
        Awaitility.await().until(() -> world.snapshot(item).get(1) == 11);
        world.bookWithdrawal(withdrawal);
        world.topUp(item.id(), 1);
        Awaitility.await().until(() -> world.snapshot(item).get(1) == 12);
        assertEnded(12, 12);
        assertThat(differences()).isEmpty();
        rebuild();
        assertEnded(12, 12);
    }

    @Test
    void units_of_orders_that_are_not_in_mysql_yet_are_not_withdrawn_and_all_of_the_orders_arrive() {
        world.consumer.pause();
        for (int i = 1; i <= 6; i++) {
            backend.reserve(world.take(item, "b" + i));
        }
        assertThat(world.number("SELECT available FROM promo_item WHERE id = " + item.id()))
                .isEqualTo(10);
        long tooMany = world.askToWithdraw(item.id(), 5);
        assertThat(verdict(tooMany)).isEqualTo("TOO_FEW");
        world.bookWithdrawal(tooMany);
        long rest = world.askToWithdraw(item.id(), 4);
        assertThat(verdict(rest)).isEqualTo("WITHDRAWN");
        world.bookWithdrawal(rest);
        assertThat(world.number("SELECT available FROM promo_item WHERE id = " + item.id()))
                .isEqualTo(6);
        world.consumer.resume();
        Awaitility.await()
                .until(() -> world.number("SELECT COUNT(*) FROM orders WHERE state = 'PENDING_PAYMENT'") == 6);
        assertEnded(6, 0);
    }

    @Test
    void nothing_is_withdrawn_once_the_sale_is_over_neither_soon_after_nor_long() {
        world.state(item.id(), "ENDED");
        Awaitility.await().until(() -> world.number("SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL") == 0);
        assertThat(verdict(world.askToWithdraw(item.id(), 1))).isEqualTo("ENDED");
        world.sql("UPDATE promo SET opens_at = '2020-01-01', closes_at = '2020-01-02', updated_at = '2020-01-02'");
        assertThat(verdict(world.askToWithdraw(item.id(), 1))).isEqualTo("ENDED");
        assertThat(world.number("SELECT available FROM promo_item WHERE id = " + item.id()))
                .isEqualTo(10);
    }

    @Test
    void an_item_that_is_being_rebuilt_does_not_hold_up_the_withdrawals_of_others() {
        var other = world.publish("OTHER", 5);
        world.awaitSelling(other);
        world.consumer.pause();
        world.edge().del(world.keys(item).item());
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> world.epoch(item) > first);
        long waiting = world.askToWithdraw(item.id(), 3);
        long behind = world.askToWithdraw(other.id(), 3);
        assertThat(verdict(behind)).isEqualTo("WITHDRAWN");
        assertThat(world.strings("SELECT verdict FROM withdrawal WHERE id = " + waiting))
                .containsExactly("null");
        world.consumer.resume();
        assertThat(verdict(waiting)).isEqualTo("WITHDRAWN");
    }
}
