package io.flashsale.backend.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.World;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the edges answered gets to MySQL once, however often it is read, and does not grow without bound. */
class DecisionIT {

    private World world;

    @BeforeEach
    void start() {
        world = new World();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private void report(String node, String... lines) {
        world.edge().xadd("fs:decisions", Map.of("node", node, "report", String.join("\n", lines)));
    }

    private List<String> rows() {
        return world.strings("SELECT CONCAT_WS(' ', trace_id, code, COALESCE(sku, '-'), COALESCE(user_id, '-'),"
                + " COALESCE(address, '-'), COALESCE(ends, '-'), node) FROM decision ORDER BY trace_id");
    }

    @Test
    void each_answer_is_kept_once_by_two_backends_with_what_is_known_of_it_and_its_time() {
        world.start();
        world.start().awaitReady();
        report(
                "edge.one",
                "00000000000000a1 BLACKLISTED TEA b1 203.0.113.7 1700000000000",
                "00000000000000a2 SOLD_OUT TEA - 2001:db8::1 -",
                "no line at all",
                "00000000000000A3 SOLD_OUT TEA - - -",
                "00000000000000a4 SOLD_OUT TEA x'y - -");
        report("edge one", "00000000000000a5 SOLD_OUT TEA - - -");
        report("edge.two", "00000000000000a6 UNKNOWN_SKU - - - -");
        Awaitility.await().untilAsserted(() -> assertThat(rows())
                .containsExactly(
                        "00000000000000a1 BLACKLISTED TEA b1 203.0.113.7 1700000000000 edge.one",
                        "00000000000000a2 SOLD_OUT TEA - 2001:db8::1 - edge.one",
                        "00000000000000a6 UNKNOWN_SKU - - - - edge.two"));
        assertThat(world.number("SELECT MAX(ABS(TIMESTAMPDIFF(SECOND, decided_at, UTC_TIMESTAMP(3)))) FROM decision"))
                .isLessThan(60);
        assertThat(world.number("SELECT COUNT(*) FROM decision WHERE id > 0 AND trace_id LIKE '%a1'"))
                .isEqualTo(1);
    }

    @Test
    void what_is_older_than_a_week_is_forgotten() {
        world.sql("INSERT INTO decision (trace_id, code, node, decided_at) VALUES"
                + " ('old', 'SOLD_OUT', 'n', UTC_TIMESTAMP(3) - INTERVAL 169 HOUR),"
                + " ('new', 'SOLD_OUT', 'n', UTC_TIMESTAMP(3) - INTERVAL 167 HOUR)");
        world.start();
        Awaitility.await().untilAsserted(() -> assertThat(world.strings("SELECT trace_id FROM decision"))
                .containsExactly("new"));
    }

    @Test
    void of_more_than_a_million_the_newest_stay() {
        world.sql("INSERT INTO decision (id, trace_id, code, node, decided_at) VALUES"
                + " (5, 'a', 'SOLD_OUT', 'n', UTC_TIMESTAMP(3)), (6, 'b', 'SOLD_OUT', 'n', UTC_TIMESTAMP(3)),"
                + " (1000005, 'c', 'SOLD_OUT', 'n', UTC_TIMESTAMP(3))");
        world.start();
        Awaitility.await().untilAsserted(() -> assertThat(world.strings("SELECT trace_id FROM decision ORDER BY id"))
                .containsExactly("b", "c"));
    }
}
