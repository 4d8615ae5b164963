package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the edge has counted gets to MySQL, once in effect, however often it is told and carried. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersIT {

    private static final String FIRST = "edge.one-0011223344556677";
    private static final String SECOND = "edge.one-8899aabbccddeeff";

    private World world;

    @BeforeAll
    void start() {
        world = new World();
        world.start();
        world.start().awaitReady(); // two carry at once, all the time
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private long now() {
        return 1000 * Long.parseLong(world.edge().time().get(0));
    }

    /** Tells totals as the edge does: the time last. */
    private void tell(String incarnation, long at, Map<String, String> totals) {
        world.edge().hset("fs:answers:" + incarnation, totals);
        world.edge().hset("fs:answers", incarnation, Long.toString(at));
    }

    private List<String> rows(long item) {
        return world.strings(
                "SELECT CONCAT(incarnation, ' ', code, ' ', total) FROM answer_count WHERE promo_item_id = " + item
                        + " ORDER BY incarnation, code");
    }

    private void awaitRows(long item, String... rows) {
        Awaitility.await().untilAsserted(() -> assertThat(rows(item)).containsExactly(rows));
    }

    /** All that was told before is carried when this is. */
    private void awaitCarried(String incarnation) {
        long at = now() + 1;
        world.edge().hset("fs:answers", incarnation, Long.toString(at));
        Awaitility.await()
                .until(() -> world.number("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', counted_at) DIV 1000"
                                + " FROM edge_incarnation WHERE incarnation = '" + incarnation + "'")
                        >= at);
    }

    @Test
    void totals_are_kept_by_item_incarnation_and_code_and_only_grow() {
        tell(FIRST, now(), Map.of("71:SOLD_OUT", "5", "71:LIMIT_REACHED", "2", "72:SOLD_OUT", "1"));
        awaitRows(71, FIRST + " LIMIT_REACHED 2", FIRST + " SOLD_OUT 5");
        tell(FIRST, now(), Map.of("71:SOLD_OUT", "9"));
        tell(SECOND, now(), Map.of("71:SOLD_OUT", "4"));
        awaitRows(71, FIRST + " LIMIT_REACHED 2", FIRST + " SOLD_OUT 9", SECOND + " SOLD_OUT 4");
        tell(FIRST, now(), Map.of("71:SOLD_OUT", "3", "71:LIMIT_REACHED", "3"));
        awaitRows(71, FIRST + " LIMIT_REACHED 3", FIRST + " SOLD_OUT 9", SECOND + " SOLD_OUT 4");
        assertThat(rows(72)).containsExactly(FIRST + " SOLD_OUT 1");
    }

    @Test
    void what_redis_lost_stays_in_mysql_and_what_is_told_again_counts_once() {
        tell(FIRST, now(), Map.of("81:SOLD_OUT", "5"));
        awaitRows(81, FIRST + " SOLD_OUT 5");
        world.edge().del("fs:answers", "fs:answers:" + FIRST);
        tell(FIRST, now(), Map.of("81:SOLD_OUT", "5"));
        awaitCarried(FIRST);
        assertThat(rows(81)).containsExactly(FIRST + " SOLD_OUT 5");
    }

    @Test
    void a_node_that_is_gone_is_carried_to_the_end_and_then_forgotten_in_redis() {
        String gone = "edge.gone-0000000000000001";
        tell(gone, now() - 3_700_000, Map.of("91:ENDED", "7"));
        Awaitility.await().until(() -> world.edge().hget("fs:answers", gone) == null);
        assertThat(world.edge().exists("fs:answers:" + gone)).isZero();
        assertThat(rows(91)).containsExactly(gone + " ENDED 7");
    }

    @Test
    void more_than_a_page_of_totals_is_carried_whole() {
        String busy = "edge.busy-0000000000000002";
        var totals = new java.util.HashMap<String, String>();
        for (int item = 10_001; item <= 13_000; item++) {
            totals.put(item + ":SOLD_OUT", "3");
        }
        tell(busy, now(), totals);
        awaitCarried(busy);
        assertThat(world.number("SELECT SUM(total) FROM answer_count WHERE incarnation = '" + busy + "'"))
                .isEqualTo(9000);
    }

    @Test
    void what_no_edge_writes_is_passed_over_and_holds_up_nothing() {
        String odd = "edge.odd-0000000000000003";
        world.edge().hset("fs:answers", "no incarnation", "1");
        world.edge().hset("fs:answers", "edge.x-0000000000000004", "soon");
        tell(odd, now(), Map.of("0:SOLD_OUT", "1", "x", "1", "61:sold", "1", "61:SOLD_OUT", "-1", "61:ENDED", "6"));
        awaitCarried(odd);
        assertThat(rows(61)).containsExactly(odd + " ENDED 6");
        assertThat(world.number("SELECT COUNT(*) FROM answer_count WHERE promo_item_id = 0"))
                .isZero();
    }
}
