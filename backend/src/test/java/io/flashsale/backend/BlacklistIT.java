package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.testkit.RealMySql;
import io.lettuce.core.Range;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blacklist rows are in Redis within a second, and all of them again after Redis lost them. */
class BlacklistIT {

    private World world;
    private BackendProcess backend;

    @BeforeEach
    void start() {
        world = new World();
        backend = world.start();
        backend.awaitReady();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private void list(String kind, String value, String expires) {
        world.sql("INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at) VALUES ('" + kind
                + "', '" + value + "', 'test', 'test', " + expires + ", UTC_TIMESTAMP(3))");
    }

    private void awaitHash(String kind, Map<String, String> wanted, Duration within) {
        Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(within).untilAsserted(() -> assertThat(
                        world.edge().hgetall("fs:blacklist:" + kind))
                .isEqualTo(wanted));
    }

    @Test
    void a_row_is_in_redis_within_a_second_and_gone_within_one_when_it_is_lifted() {
        list("address", "203.0.113.7", "NULL");
        awaitHash("address", Map.of("203.0.113.7", "0"), Duration.ofSeconds(1));
        world.sql("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL");
        awaitHash("address", Map.of(), Duration.ofSeconds(1));
        var changes = new ArrayList<String>();
        world.edge()
                .xrange("fs:blacklist:changes", Range.unbounded())
                .forEach(change -> changes.add(change.getBody().toString()));
        assertThat(changes)
                .containsExactly(
                        "{kind=address, value=203.0.113.7, expires=0}",
                        "{kind=address, value=203.0.113.7, expires=-1}");
        Awaitility.await()
                .until(() -> world.number("SELECT MIN(change_seq) FROM blacklist_entry") > 1_000_000_000_000L);
    }

    @Test
    void what_one_row_lifts_another_may_still_hold() {
        list("account", "u1", "UTC_TIMESTAMP(3) + INTERVAL 1 HOUR");
        list("account", "u1", "UTC_TIMESTAMP(3) + INTERVAL 2 HOUR");
        long later = world.number(
                "SELECT CAST(ROUND(UNIX_TIMESTAMP(MAX(expires_at)) * 1000) AS SIGNED) FROM blacklist_entry");
        awaitHash("account", Map.of("u1", Long.toString(later)), Duration.ofSeconds(2));
        world.sql(
                "UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL ORDER BY id DESC LIMIT 1");
        long earlier = world.number(
                "SELECT CAST(ROUND(UNIX_TIMESTAMP(MIN(expires_at)) * 1000) AS SIGNED) FROM blacklist_entry");
        awaitHash("account", Map.of("u1", Long.toString(earlier)), Duration.ofSeconds(2));
    }

    @Test
    void a_row_that_is_lifted_while_it_is_carried_is_lifted() throws SQLException {
        try (var own = RealMySql.shared().connect(world.database);
                var statement = own.createStatement()) {
            own.setAutoCommit(false);
            lockOneThatIsOwed(statement);
            Awaitility.await()
                    .until(() -> world.number("SELECT COUNT(*) FROM information_schema.innodb_trx"
                                    + " WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%blacklist_entry%'")
                            == 1);
            statement.executeUpdate("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL"
                    + " WHERE lifted_at IS NULL");
            own.commit();
        }
        Awaitility.await()
                .until(() -> world.number("SELECT COUNT(*) FROM blacklist_entry WHERE change_seq IS NULL") == 0);
        assertThat(world.edge().hgetall("fs:blacklist:account")).isEmpty();
    }

    /** Lists accounts until it was quicker than the carrier. */
    private void lockOneThatIsOwed(Statement statement) throws SQLException {
        for (int i = 0; i < 50; i++) {
            list("account", "u" + i, "NULL");
            try (var row = statement.executeQuery(
                    "SELECT 1 FROM blacklist_entry WHERE value = 'u" + i + "' AND change_seq IS NULL FOR UPDATE")) {
                if (row.next()) {
                    return;
                }
            }
            statement.getConnection().commit();
        }
        throw new AssertionError("the carrier was quicker each time");
    }

    @Test
    void a_row_that_has_expired_already_blocks_nobody() {
        list("session", "s1", "UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
        list("session", "s2", "NULL");
        awaitHash("session", Map.of("s2", "0"), Duration.ofSeconds(2));
    }

    @Test
    void whom_a_rule_kept_out_is_forgotten_when_no_answer_is_kept_that_it_explains_and_nobody_else() {
        world.sql(
                "INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at, change_seq) VALUES"
                        + " ('account', 'long-ago', 'test', 'rule:x', UTC_TIMESTAMP(3) - INTERVAL 193 HOUR, UTC_TIMESTAMP(3), 1),"
                        + " ('network', '198.51.100.0/24', 'test', 'rule:x', UTC_TIMESTAMP(3) - INTERVAL 193 HOUR, UTC_TIMESTAMP(3), 1),"
                        + " ('account', 'today', 'test', 'rule:x', UTC_TIMESTAMP(3) - INTERVAL 191 HOUR, UTC_TIMESTAMP(3), 1),"
                        + " ('account', 'by-hand', 'test', 'alice', UTC_TIMESTAMP(3) - INTERVAL 193 HOUR, UTC_TIMESTAMP(3), 1)");
        world.edge().hset("fs:blacklist:network", "198.51.100.0/24", "1");
        world.start(); // which looks when it starts, and then each minute
        Awaitility.await()
                .untilAsserted(() -> assertThat(world.strings("SELECT value FROM blacklist_entry ORDER BY value"))
                        .containsExactly("by-hand", "today"));
        awaitHash("network", Map.of(), Duration.ofSeconds(1));
    }

    @Test
    void an_empty_redis_gets_the_whole_list_before_anything_is_sold() {
        for (int i = 0; i < 1200; i++) {
            list("account", "u" + i, "NULL");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> world.edge().hlen("fs:blacklist:account") == 1200);
        var item = world.publish("SKU", 5);
        world.awaitSelling(item);
        world.redis.restartEmpty();
        world.allowBackend();
        world.awaitSelling(item);
        assertThat(world.edge().hlen("fs:blacklist:account")).isEqualTo(1200);
    }

    @Test
    void a_redis_that_came_back_with_an_older_list_is_put_right() {
        list("address", "203.0.113.7", "NULL");
        list("network", "198.51.100.0/24", "NULL");
        awaitHash("address", Map.of("203.0.113.7", "0"), Duration.ofSeconds(2));
        awaitHash("network", Map.of("198.51.100.0/24", "0"), Duration.ofSeconds(2));
        world.edge().del("fs:blacklist:network");
        world.edge().hset("fs:blacklist:address", "203.0.113.9", "0"); // lifted since, and rolled back
        world.edge().hdel("fs:blacklist:address", "203.0.113.7"); // listed since, and rolled back
        world.redis.restart();
        world.allowBackend();
        awaitHash("address", Map.of("203.0.113.7", "0"), Duration.ofSeconds(15));
        awaitHash("network", Map.of("198.51.100.0/24", "0"), Duration.ofSeconds(15));
    }
}
