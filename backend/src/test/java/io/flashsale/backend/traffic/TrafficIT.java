package io.flashsale.backend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.BackendProcess;
import io.flashsale.backend.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who breaks a rule, over all edges, is on the blacklist in Redis within a second or so of the report that shows it. */
class TrafficIT {

    private World world;
    private BackendProcess backend;

    @BeforeEach
    void start() {
        world = new World();
        world.sql("UPDATE traffic_rule SET mode = 'OFF'");
        backend = world.start();
        backend.awaitReady();
        Awaitility.await().until(() -> active(backend));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static boolean active(BackendProcess backend) {
        return backend.bean(Analyser.class).active();
    }

    private void rule(String name, String settings) {
        world.sql("UPDATE traffic_rule SET version = version + 1, " + settings + " WHERE name = '" + name + "'");
        // It is read once a second: what is reported after that is judged by it.
        int version = (int) world.number("SELECT version FROM traffic_rule WHERE name = '" + name + "'");
        Awaitility.await().until(() -> backend.bean(Analyser.class).knows(name, version));
    }

    private void report(String node, String... lines) {
        var body = new HashMap<String, String>();
        body.put("node", node);
        body.put("report", "seen 1 0 1 0 1 0 1 0\n" + String.join("\n", lines));
        world.edge().xadd("fs:traffic", body);
    }

    private Map<String, String> listed(String kind) {
        return world.edge().hgetall("fs:blacklist:" + kind);
    }

    private void awaitListed(String kind, String... values) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(listed(kind)).containsOnlyKeys(values));
    }

    private List<String> catches() {
        return world.strings("SELECT CONCAT(rule, ' ', kind, ' ', value, ' ', measured, ' ', ban_s, ' ', armed)"
                + " FROM traffic_catch ORDER BY id");
    }

    @Test
    void what_two_edges_count_is_added_up_and_who_is_over_the_threshold_is_kept_out_for_the_rules_time() {
        rule("account-requests", "mode = 'ARMED', threshold = 100, window_s = 10, ban_s = 120");
        report("a", "account b1 60 0 0 0 -", "account b2 60 0 0 0 -");
        report("b", "account b1 41 0 0 0 -", "account b2 40 0 0 0 -");
        long reported = System.nanoTime();
        awaitListed("account", "b1");
        assertThat(System.nanoTime() - reported).isLessThan(1_500_000_000L);
        assertThat(world.strings("SELECT CONCAT(source, ': ', reason) FROM blacklist_entry"))
                .containsExactly("rule:account-requests: 101 requests in 10 s, where more than 100 are too many");
        assertThat(world.number("SELECT TIMESTAMPDIFF(SECOND, created_at, expires_at) FROM blacklist_entry"))
                .isEqualTo(120);
        assertThat(catches()).containsExactly("account-requests account b1 101 120 1");
    }

    @Test
    void a_rule_on_trial_says_whom_it_would_catch_once_and_keeps_nobody_out() {
        rule("address-failed", "mode = 'DRY', threshold = 10, window_s = 10, ban_s = 60");
        rule("account-requests", "mode = 'ARMED', threshold = 10, window_s = 10, ban_s = 60");
        report("a", "address 203.0.113.7 20 0 11 0 -");
        Awaitility.await().until(() -> catches().size() == 1);
        for (int i = 0; i < 5; i++) {
            report("a", "address 203.0.113.7 20 0 11 0 -");
        }
        report("a", "account last 11 0 0 0 -");
        awaitListed("account", "last");
        assertThat(listed("address")).isEmpty();
        assertThat(catches())
                .containsExactlyInAnyOrder(
                        "address-failed address 203.0.113.7 11 60 0", "account-requests account last 11 60 1");
    }

    @Test
    void networks_and_a_host_of_ipv6_are_kept_out_as_networks_and_whom_somebody_allows_is_not() {
        world.sql("INSERT INTO traffic_allowed (kind, value, reason, source, created_at) VALUES"
                + " ('network', '198.51.100.0/25', 'test', 'test', UTC_TIMESTAMP(3)),"
                + " ('account', 'load', 'test', 'test', UTC_TIMESTAMP(3))");
        rule("network-requests", "mode = 'ARMED', threshold = 10");
        rule("address-malformed", "mode = 'ARMED', threshold = 10");
        rule("account-requests", "mode = 'ARMED', threshold = 10");
        report(
                "a",
                "network 203.0.113.0/24 11 0 0 0 -",
                "network 198.51.100.0/24 11 0 0 0 -",
                "address 2001:db8:1:2::/64 11 0 0 11 -",
                "address 198.51.100.9 11 0 0 11 -",
                "address 198.51.100.200 11 0 0 11 -",
                "account load 11 0 0 0 -",
                "account last 11 0 0 0 -");
        awaitListed("account", "last");
        awaitListed("network", "203.0.113.0/24", "2001:db8:1:2::/64");
        awaitListed("address", "198.51.100.200");
    }

    @Test
    void an_address_that_many_accounts_come_from_is_a_crowd_and_only_said() {
        rule("address-malformed", "mode = 'ARMED', threshold = 10");
        rule("account-requests", "mode = 'ARMED', threshold = 10");
        report(
                "a",
                "address 198.51.100.1 30 0 0 11 00000001,00000002,00000003",
                "address 198.51.100.2 30 0 0 5 00000001,00000002,00000003",
                "address 198.51.100.3 30 0 0 11 00000001,00000002,00000003,00000004,00000005,00000006");
        report("b", "address 198.51.100.2 30 0 0 6 00000004,00000005,00000006", "account last 11 0 0 0 -");
        awaitListed("account", "last");
        awaitListed("address", "198.51.100.1");
        assertThat(catches())
                .containsExactlyInAnyOrder(
                        "address-malformed address 198.51.100.1 11 300 1",
                        "address-malformed address 198.51.100.2 11 300 0",
                        "address-malformed address 198.51.100.3 11 300 0",
                        "account-requests account last 11 300 1");
    }

    @Test
    void partners_are_counted_once_over_a_whole_minute() {
        rule("account-partners", "mode = 'ARMED', threshold = 3, window_s = 60");
        report("a", "account many 1 0 0 0 00000001,00000002", "account few 9 0 0 0 00000001,00000002,00000003");
        report("b", "account many 1 0 0 0 00000002,00000003", "account few 9 0 0 0 00000003,00000001");
        report("a", "account many 1 0 0 0 00000004");
        awaitListed("account", "many");
    }

    @Test
    void who_comes_back_is_kept_out_longer_each_time_and_whom_a_person_lets_off_begins_anew() {
        rule("account-requests", "mode = 'ARMED', threshold = 10, window_s = 10, ban_s = 100");
        world.sql(
                "INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at, lifted_at) VALUES"
                        + " ('account', 'again', 'x', 'rule:account-requests', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 2 HOUR, NULL),"
                        + " ('account', 'again', 'x', 'rule:address-failed', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, NULL),"
                        + " ('account', 'again', 'x', 'alice', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, NULL),"
                        + " ('account', 'again', 'x', 'rule:account-requests', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 25 HOUR, NULL),"
                        + " ('account', 'let-off', 'x', 'rule:account-requests', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        report("a", "account again 11 0 0 0 -", "account let-off 11 0 0 0 -");
        awaitListed("account", "again", "let-off");
        assertThat(catches())
                .containsExactly(
                        "account-requests account again 11 400 1", "account-requests account let-off 11 100 1");

        // What was counted before, and in the seconds until every edge knows, is not held against them again.
        world.sql("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL");
        report("a", "account let-off 11 0 0 0 -", "account other 11 0 0 0 -");
        awaitListed("account", "other");
        assertThat(catches()).hasSize(3);
    }

    @Test
    void when_the_one_that_judges_dies_another_goes_on_and_catches_nobody_twice() {
        rule("account-requests", "mode = 'ARMED', threshold = 10, window_s = 60");
        rule("address-failed", "mode = 'DRY', threshold = 10, window_s = 60, ban_s = 600");
        report("a", "account caught 11 0 0 0 -", "address 203.0.113.7 11 0 11 0 -", "account half 6 0 0 0 -");
        awaitListed("account", "caught");
        BackendProcess second = world.start();
        second.awaitReady();
        assertThat(active(second)).isFalse();
        backend.stop();
        long stopped = System.nanoTime();
        Awaitility.await().until(() -> active(second));
        assertThat(System.nanoTime() - stopped).isLessThan(5_000_000_000L);
        report("a", "account half 5 0 0 0 -", "account caught 1 0 0 0 -", "address 203.0.113.7 1 0 1 0 -");
        awaitListed("account", "caught", "half");
        assertThat(catches())
                .containsExactlyInAnyOrder(
                        "account-requests account caught 11 300 1",
                        "address-failed address 203.0.113.7 11 600 0",
                        "account-requests account half 11 300 1");
    }
}
