package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.World.Published;
import io.flashsale.backend.reconcile.Reconciler;
import io.flashsale.backend.reconcile.Reconciler.Report;
import io.flashsale.backend.reconcile.Reconciler.Seen;
import io.flashsale.backend.stock.ItemDirectory;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MySQL and Redis are made to differ in each of the known ways; what is safe to repair is repaired, the rest is told. */
class ReconcileIT {

    private World world;
    private BackendProcess backend;
    private Published item;
    private long first;

    @BeforeEach
    void start() {
        world = new World();
        world.accounts("b", 10);
        backend = world.start("flashsale.reconcile.patience=100ms", "flashsale.reconcile.settle=500ms");
        backend.awaitReady();
        item = world.publish("SKU", 50);
        world.awaitSelling(item);
        first = world.epoch(item);
        for (int i = 1; i <= 4; i++) {
            backend.reserve(world.reserve(item, "b" + i, 1, 2, "key" + i).attempt());
        }
        Awaitility.await().until(() -> world.number("SELECT held FROM promo_item WHERE id = " + item.id()) == 8);
        Awaitility.await().until(() -> world.number("SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL") == 0);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private Report reconcile(boolean dryRun) throws InterruptedException {
        List<Report> reports = backend.bean(Reconciler.class).reconcile(dryRun);
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private Report compared(boolean dryRun) throws InterruptedException {
        var report = reconcile(dryRun);
        assertThat(report.skipped()).isNull();
        return report;
    }

    private List<String> differences(boolean dryRun) throws InterruptedException {
        return compared(dryRun).differences().stream()
                .map(each -> each.kind() + " " + each.repair() + " " + each.outcome())
                .toList();
    }

    private String orderOf(String user) {
        return world.strings("SELECT id FROM orders WHERE user_id = '" + user + "'")
                .get(0);
    }

    private void awaitRebuilt(long before) {
        world.awaitRebuilt(item, before);
        world.assertEqual(item);
        Awaitility.await().until(() -> world.number("SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL") == 0);
        // what a comparison goes by is learnt in the round after
        Awaitility.await("the backend goes by the new epoch")
                .until(() -> backend.bean(ItemDirectory.class).kept().stream()
                        .anyMatch(kept -> kept.id() == item.id() && kept.epoch() == world.epoch(item)));
    }

    @Test
    void stores_that_agree_are_said_to_agree() throws InterruptedException {
        var report = reconcile(false);
        assertThat(report.skipped()).isNull();
        assertThat(report.orders()).isEqualTo(4);
        assertThat(report.differences()).isEmpty();
    }

    @Test
    void what_is_under_way_is_no_difference() throws InterruptedException {
        world.consumer.pause();
        var attempt = world.take(item, "b5"); // not decided
        var sent = world.take(item, "b6");
        backend.reserve(sent); // not yet a row
        world.release(item.id(), orderOf("b1")); // rests for 1.5 s
        world.consumer.resume();
        assertThat(compared(false).differences()).isEmpty();
        assertThat(attempt.orderID()).isNotBlank();
    }

    @Test
    void an_order_that_the_queue_lost_is_sent_again() throws InterruptedException {
        String lost = orderOf("b2");
        world.sql("DELETE FROM orders WHERE id = '" + lost + "'");
        world.sql("DELETE FROM stock_ledger WHERE order_id = '" + lost + "'");
        world.sql("UPDATE promo_item SET available = available + 2, held = held - 2 WHERE id = " + item.id());
        assertThat(compared(true).differences())
                .extracting(Seen::kind, Seen::subject, Seen::outcome)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("LOST", lost, "FOUND"));
        assertThat(world.number("SELECT COUNT(*) FROM finding"))
                .as("a dry run writes nothing")
                .isZero();
        assertThat(differences(false)).containsExactly("LOST RESEND REPAIRED");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> world.strings(
                        "SELECT state FROM orders WHERE id = '" + lost + "'")
                .equals(List.of("PENDING_PAYMENT")));
        assertThat(world.epoch(item)).isEqualTo(first);
        assertThat(compared(false).differences()).isEmpty();
        assertThat(world.strings("SELECT state FROM finding")).containsExactly("REPAIRED");
    }

    @Test
    void a_live_order_that_redis_forgot_has_the_item_built_anew() throws InterruptedException {
        world.edge().hdel(world.keys(item).reservations(), orderOf("b3"));
        assertThat(differences(false)).containsExactly("UNKNOWN_TO_REDIS REBUILD REPAIRED");
        awaitRebuilt(first);
        assertThat(compared(false).differences()).isEmpty();
    }

    @Test
    void an_order_that_is_paid_for_is_missed_as_well() throws InterruptedException {
        String id = orderOf("b2");
        world.sql("UPDATE orders SET state = 'PAID' WHERE id = '" + id + "'");
        world.sql("UPDATE promo_item SET held = held - 2, sold = sold + 2 WHERE id = " + item.id());
        world.sql("INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held,"
                + " delta_sold, created_at) VALUES ('by hand', " + item.id()
                + ", 'SKU', 'PAID', 0, -2, 2, UTC_TIMESTAMP(3))");
        world.edge().hdel(world.keys(item).reservations(), id);
        assertThat(differences(true)).containsExactly("UNKNOWN_TO_REDIS REBUILD FOUND");
    }

    @Test
    void states_that_do_not_go_together_have_the_item_built_anew() throws InterruptedException {
        world.sql("UPDATE orders SET state = 'CANCELLED' WHERE user_id = 'b4'");
        world.sql("UPDATE promo_item SET available = available + 2, held = held - 2 WHERE id = " + item.id());
        world.sql("INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held,"
                + " delta_sold, created_at) VALUES ('by hand', " + item.id()
                + ", 'SKU', 'CANCELLED', 2, -2, 0, UTC_TIMESTAMP(3))");
        assertThat(differences(false)).containsExactly("STATE REBUILD REPAIRED");
        awaitRebuilt(first);
        assertThat(compared(false).differences()).isEmpty();
    }

    @Test
    void other_content_and_other_counters_have_the_item_built_anew() throws InterruptedException {
        var keys = world.keys(item);
        String id = orderOf("b1");
        String packed = world.edge().hget(keys.reservations(), id);
        world.edge().hset(keys.reservations(), id, packed.replace("S|b1|1|2|", "S|b1|1|3|"));
        assertThat(differences(false)).containsExactly("CONTENT REBUILD REPAIRED");
        awaitRebuilt(first);
        long second = world.epoch(item);
        world.edge().hincrby(world.keys(item).item(), "available", 1);
        world.edge().hincrby(world.keys(item).item(), "published", 1);
        assertThat(differences(false)).containsExactly("COUNTERS REBUILD REPAIRED");
        awaitRebuilt(second);
    }

    @Test
    void books_that_do_not_add_up_wait_for_a_person() throws InterruptedException {
        world.sql("DELETE FROM stock_ledger WHERE event = 'HELD' LIMIT 1");
        assertThat(differences(false)).containsExactly("LEDGER NONE OPEN");
        var reconciler = backend.bean(Reconciler.class);
        long id = world.number("SELECT id FROM finding");
        assertThat(world.epoch(item)).as("nothing was touched").isEqualTo(first);
        reconciler.approve(id, "ann");
        assertThat(world.strings("SELECT CONCAT(state, ' ', decided_by) FROM finding"))
                .containsExactly("APPROVED ann");
        assertThat(differences(false)).as("still there, and approved").containsExactly("LEDGER NONE OPEN");
        assertThat(world.strings("SELECT state FROM finding")).containsExactly("APPROVED");
        world.sql("DELETE FROM stock_ledger WHERE event = 'HELD' LIMIT 1");
        reconcile(false);
        assertThat(world.strings("SELECT state FROM finding"))
                .as("it is another one now")
                .containsExactly("OPEN");
    }

    @Test
    void what_was_approved_and_has_gone_is_not_approved_when_it_comes_back() throws InterruptedException {
        String away =
                "UPDATE promo_item SET available = available - 1, published = published - 1 WHERE id = " + item.id();
        String back =
                "UPDATE promo_item SET available = available + 1, published = published + 1 WHERE id = " + item.id();
        world.sql(away);
        reconcile(false);
        String ledger = "SELECT state FROM finding WHERE kind = 'LEDGER'";
        backend.bean(Reconciler.class).approve(world.number("SELECT id FROM finding WHERE kind = 'LEDGER'"), "ann");
        reconcile(false);
        assertThat(world.strings(ledger)).containsExactly("APPROVED");
        world.sql(back);
        reconcile(false);
        assertThat(world.strings(ledger)).containsExactly("GONE");
        world.sql(away);
        reconcile(false);
        assertThat(world.strings(ledger)).containsExactly("OPEN");
        world.sql(back);
    }

    @Test
    void a_repair_that_does_not_help_is_not_tried_for_ever() throws InterruptedException {
        countersDifferThoughTheyWereRepairedThreeTimes();
        assertThat(world.epoch(item)).isEqualTo(first);
        backend.bean(Reconciler.class).approve(world.number("SELECT id FROM finding"), "ann");
        awaitRebuilt(first);
    }

    @Test
    void what_somebody_decided_in_the_cms_is_carried_out_and_only_for_what_was_read() throws InterruptedException {
        world.sql("DELETE FROM stock_ledger WHERE event = 'HELD' LIMIT 1");
        assertThat(differences(false)).containsExactly("LEDGER NONE OPEN");
        long id = world.number("SELECT id FROM finding");
        judge(id, "'another detail'");
        awaitJudged("CHANGED");
        assertThat(world.strings("SELECT state FROM finding")).containsExactly("OPEN");
        judge(id, "(SELECT detail FROM finding WHERE id = " + id + ")");
        awaitJudged("CHANGED", "APPROVED");
        assertThat(world.strings("SELECT CONCAT(state, ' ', decided_by) FROM finding"))
                .containsExactly("APPROVED ann");
        judge(id, "'whatever'");
        awaitJudged("CHANGED", "APPROVED", "APPROVED");
        judge(999_999, "'whatever'");
        awaitJudged("CHANGED", "APPROVED", "APPROVED", "GONE");
        assertThat(world.strings("SELECT 'late' FROM judgement WHERE carried_at IS NULL OR waiting = TRUE"))
                .isEmpty();
    }

    @Test
    void a_judgement_that_cannot_be_carried_out_keeps_no_other_waiting() throws InterruptedException {
        world.sql("INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen)"
                + " VALUES (" + item.id()
                + ", 'LATER', '-', 'x', 'OF_LATER', 'OPEN', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        judge(world.number("SELECT id FROM finding"), "'x'");
        world.sql("INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen)"
                + " VALUES (" + item.id()
                + ", 'LEDGER', '-', 'y', 'NONE', 'OPEN', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        judge(world.number("SELECT MAX(id) FROM finding"), "'y'");
        awaitJudged("WAITS", "APPROVED");
    }

    @Test
    void a_repair_that_is_approved_in_the_cms_is_made() throws InterruptedException {
        countersDifferThoughTheyWereRepairedThreeTimes();
        judge(world.number("SELECT id FROM finding"), "(SELECT detail FROM finding)");
        awaitJudged("APPROVED");
        awaitRebuilt(first);
    }

    private void countersDifferThoughTheyWereRepairedThreeTimes() throws InterruptedException {
        world.sql("INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen,"
                + " times_seen) VALUES (" + item.id()
                + ", 'COUNTERS', '-', 'before', 'REBUILD', 'REPAIRED', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 3)");
        world.edge().hincrby(world.keys(item).item(), "available", 1);
        world.edge().hincrby(world.keys(item).item(), "published", 1);
        assertThat(differences(false)).containsExactly("COUNTERS REBUILD OPEN");
    }

    /** As the CMS writes it. */
    private void judge(long finding, String seen) {
        world.sql(
                "INSERT INTO judgement (matter, matter_id, verdict, seen, why, judged_by, judged_at) VALUES ('FINDING', "
                        + finding + ", 'APPROVE', " + seen + ", 'counted by hand', 'ann', UTC_TIMESTAMP(3))");
    }

    private void awaitJudged(String... outcomes) {
        Awaitility.await("what was decided is carried out").untilAsserted(() -> assertThat(
                        world.strings("SELECT COALESCE(outcome, 'WAITS') FROM judgement ORDER BY id"))
                .containsExactly(outcomes));
    }

    @Test
    void an_item_that_is_being_rebuilt_is_left_alone() throws InterruptedException {
        world.consumer.pause();
        world.edge().flushall();
        Awaitility.await().until(() -> world.epoch(item) > first);
        assertThat(reconcile(false).skipped()).isNotNull();
        world.consumer.resume();
        awaitRebuilt(first);
    }

    @Test
    void an_item_that_cannot_be_read_is_named_and_the_others_are_compared() throws InterruptedException {
        var other = world.publish("OTHER", 5);
        Awaitility.await("both are compared").until(() -> backend.bean(Reconciler.class).reconcile(true).stream()
                .noneMatch(report -> report.skipped() != null));
        world.edge().hincrby(world.keys(other).item(), "held", 1);
        world.edge().set(world.keys(item).reservations(), "junk");
        var reports = backend.bean(Reconciler.class).reconcile(false);
        assertThat(reports).extracting(Report::sku).containsExactlyInAnyOrder("SKU", "OTHER");
        for (Report report : reports) {
            if (report.sku().equals("SKU")) {
                assertThat(report.skipped()).contains("cannot be read", "WRONGTYPE");
            } else {
                assertThat(report.skipped()).isNull();
                assertThat(report.differences()).extracting(Seen::kind).containsExactly("COUNTERS");
            }
        }
    }
}
