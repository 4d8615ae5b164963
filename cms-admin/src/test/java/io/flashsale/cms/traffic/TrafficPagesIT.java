package io.flashsale.cms.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of traffic as those who keep them see and change them. */
class TrafficPagesIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor risk;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        risk = Visitor.of(cms, "rick", "RISK");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    private static Map<String, String> settings(String name, Map<String, String> changes) {
        var settings = new HashMap<String, String>(Map.of(
                "threshold", "120",
                "window", "20",
                "ban", "90",
                "mode", "DRY",
                "version", cms.value("SELECT version FROM traffic_rule WHERE name = ?", name),
                "why", "a trial"));
        settings.putAll(changes);
        return settings;
    }

    private static HttpResponse<String> change(String name, Map<String, String> settings) {
        risk.get("/traffic");
        return risk.post("/traffic/rules/" + name, settings);
    }

    private static String stored(String name) {
        return cms.value(
                "SELECT CONCAT_WS(' ', threshold, window_s, ban_s, mode) FROM traffic_rule WHERE name = ?", name);
    }

    @Test
    void a_rule_is_changed_with_a_reason_and_the_audit_log_has_what_it_was() {
        String before = stored("account-partners");
        assertThat(before).isEqualTo("12 60 300 DRY");
        assertThat(Visitor.location(change(
                        "account-partners",
                        settings("account-partners", Map.of("mode", "ARMED", "threshold", " 30 ")))))
                .isEqualTo("/traffic?done=CHANGED");
        assertThat(stored("account-partners")).isEqualTo("30 20 90 ARMED");
        assertThat(risk.get("/traffic?done=CHANGED").body())
                .contains("The backend goes by it in a second.", "more than 30 in 20 s", "An account comes from many");
        assertThat(cms.value("SELECT CONCAT(actor, ' ', JSON_VALUE(detail, '$.before.mode'), ' ',"
                        + " JSON_VALUE(detail, '$.after.mode'), ' ', JSON_VALUE(detail, '$.why')) FROM audit_log"
                        + " WHERE action = 'TRAFFIC_RULE_CHANGED' AND subject = 'traffic-rule:account-partners'"))
                .isEqualTo("rick DRY ARMED a trial");
    }

    @ParameterizedTest
    @CsvSource({
        "threshold, 0, threshold",
        "threshold, 1000001, threshold",
        "threshold, -1, threshold",
        "threshold, many, threshold",
        "threshold, '', threshold",
        "window, 61, window",
        "window, 0, window",
        "ban, 86401, ban",
        "ban, 1e3, ban",
        "mode, LIVE, mode",
        "why, ' ', why",
    })
    void what_cannot_be_is_refused_with_its_field_and_changes_nothing(String field, String value, String named) {
        String before = stored("address-failed");
        HttpResponse<String> refused = change("address-failed", settings("address-failed", Map.of(field, value)));
        assertThat(refused.statusCode()).isEqualTo(400);
        String sentence =
                switch (named) {
                    case "threshold" -> "A threshold is a whole number from 1 to 1,000,000.";
                    case "window" -> "A window has 1 to 60 seconds.";
                    case "ban" -> "A ban has 1 to 86,400 seconds.";
                    case "mode" -> "A rule is off, on trial or armed.";
                    default -> "Please say why, in 1 to 200 characters.";
                };
        assertThat(refused.body()).contains(sentence);
        assertThat(stored("address-failed")).isEqualTo(before);
    }

    @Test
    void who_was_overtaken_sees_what_stands_and_changes_nothing() {
        Map<String, String> mine = settings("network-failed", Map.of("threshold", "700"));
        assertThat(change("network-failed", settings("network-failed", Map.of("threshold", "600")))
                        .statusCode())
                .isEqualTo(302);
        HttpResponse<String> late = change("network-failed", mine);
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("Somebody else has changed this rule meanwhile.", "more than 600 in 20 s");
        assertThat(stored("network-failed")).isEqualTo("600 20 90 DRY");
        assertThat(change("no-such-rule", settings("network-failed", Map.of())).statusCode())
                .isEqualTo(404);
    }

    private static HttpResponse<String> leave(String kind, String value, String reason) {
        risk.get("/traffic");
        return risk.post("/traffic/allowed", Map.of("kind", kind, "value", value, "reason", reason));
    }

    @Test
    void somebody_is_left_alone_once_and_no_longer_and_the_audit_log_says_why() {
        assertThat(Visitor.location(leave("network", "203.0.113.7/24", "our office")))
                .isEqualTo("/traffic?done=ALLOWED");
        assertThat(risk.get("/traffic").body()).contains("203.0.113.0/24", "our office");
        HttpResponse<String> twice = leave("network", "203.0.113.0/24", "again");
        assertThat(twice.statusCode()).isEqualTo(409);
        assertThat(twice.body()).contains("It is left alone already.");
        for (var wrong : Map.of(
                        "session", "s1", "country", "XX", "address", "10.0.0.0/8", "account", "a b", "network", "::/0")
                .entrySet()) {
            HttpResponse<String> refused = leave(wrong.getKey(), wrong.getValue(), "x");
            assertThat(refused.statusCode()).as(wrong.toString()).isEqualTo(400);
            assertThat(refused.body()).contains("Nothing was changed.");
        }
        assertThat(leave("account", "u1", " ").body()).contains("in 1 to 255 characters");

        String id = cms.value("SELECT id FROM traffic_allowed");
        risk.get("/traffic");
        assertThat(risk.post("/traffic/allowed/" + id + "/remove", Map.of("why", " "))
                        .statusCode())
                .isEqualTo(400);
        assertThat(Visitor.location(risk.post("/traffic/allowed/" + id + "/remove", Map.of("why", "moved out"))))
                .isEqualTo("/traffic?done=REMOVED");
        assertThat(risk.post("/traffic/allowed/" + id + "/remove", Map.of("why", "again"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(cms.rows(
                        "SELECT action, JSON_VALUE(detail, '$.value') v, JSON_VALUE(detail, '$.why') why"
                                + " FROM audit_log WHERE subject = ? ORDER BY id",
                        "traffic-allowed:" + id))
                .extracting(row -> String.join(" ", row.values()))
                .containsExactly(
                        "TRAFFIC_ALLOWED 203.0.113.0/24 null", "TRAFFIC_ALLOWED_REMOVED 203.0.113.0/24 moved out");
    }

    @Test
    void whom_the_rules_caught_is_there_with_what_was_counted_in_both_languages() {
        cms.rows(
                "INSERT INTO traffic_catch (rule, kind, value, measured, threshold, window_s, ban_s, armed, counted_to, caught_at)"
                        + " VALUES ('address-failed', 'address', '203.0.113.9', 1234, 100, 10, 600, TRUE, 1, UTC_TIMESTAMP(3)),"
                        + " ('account-partners', 'account', 'u77', 13, 12, 60, 300, FALSE, 1, UTC_TIMESTAMP(3))");
        assertThat(risk.get("/traffic").body())
                .contains(
                        "data-value=\"203.0.113.9\"",
                        "/blacklist?value=203.0.113.9",
                        "1234 / 10 s",
                        "kept out for 600 s",
                        "data-value=\"u77\"",
                        "would have been");
        assertThat(risk.get("/traffic?lang=zh-CN").body()).contains("最近捕获", "拒绝 600 秒", "仅记录");
        risk.get("/traffic?lang=en");
    }
}
