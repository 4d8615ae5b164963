package io.flashsale.cms.blacklist;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The blacklist as those who keep it see it. */
class BlacklistPagesIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor risk;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.carry-wait=5s").carrying();
        risk = Visitor.of(cms, "rick", "RISK");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void somebody_is_put_on_the_list_found_and_lifted_and_the_audit_log_says_why() {
        assertThat(Visitor.location(add("account", " u42 ", "buys <b>by machine</b>", "day")))
                .isEqualTo("/blacklist?done=ADDED");
        assertThat(risk.get("/blacklist?done=ADDED").body())
                .contains(
                        "On the list. The edge knows.",
                        "buys &lt;b&gt;by machine&lt;/b&gt;",
                        "data-value=\"u42\"",
                        "rick");
        assertThat(risk.get("/blacklist?value=u42").body()).contains("data-value=\"u42\"");
        assertThat(risk.get("/blacklist?value=u43").body())
                .doesNotContain("data-value=")
                .contains("data-testid=\"none\"");
        assertThat(risk.get("/blacklist?value=%E8%8C%B6").body()).contains("data-testid=\"none\"");
        String id = cms.value("SELECT id FROM blacklist_entry WHERE `value` = 'u42'");
        var expires = LocalDateTime.parse(
                cms.value("SELECT DATE_FORMAT(expires_at, '%Y-%m-%dT%H:%i:%s') FROM blacklist_entry WHERE id = ?", id));
        assertThat(expires.toInstant(ZoneOffset.UTC))
                .isCloseTo(
                        Instant.now().plus(Duration.ofDays(1)),
                        Assertions.within(1, java.time.temporal.ChronoUnit.MINUTES));

        risk.get("/blacklist");
        HttpResponse<String> silent = risk.post("/blacklist/" + id + "/lift", Map.of("why", " "));
        assertThat(silent.statusCode()).isEqualTo(400);
        assertThat(silent.body()).contains("Please say why", "data-value=\"u42\"");
        assertThat(Visitor.location(risk.post("/blacklist/" + id + "/lift", Map.of("why", "was a school"))))
                .isEqualTo("/blacklist?done=LIFTED");
        HttpResponse<String> twice = risk.post("/blacklist/" + id + "/lift", Map.of("why", "again"));
        assertThat(twice.statusCode()).isEqualTo(409);
        assertThat(twice.body()).contains("Somebody has lifted it already.").doesNotContain("data-value=\"u42\"");
        assertThat(cms.rows(
                        "SELECT actor, action, JSON_VALUE(detail, '$.why') why, address FROM audit_log WHERE subject = ? ORDER BY id",
                        "blacklist:" + id))
                .extracting(row -> String.join(" ", row.values()))
                .containsExactly("rick BLACKLIST_ADDED null 127.0.0.1", "rick BLACKLIST_LIFTED was a school 127.0.0.1");
    }

    @Test
    void without_an_end_it_holds_until_it_is_lifted() {
        add("address", "2001:DB8:0::7", "floods", "lifted");
        assertThat(cms.value("SELECT expires_at IS NULL FROM blacklist_entry WHERE `value` = '2001:db8::7'"))
                .isEqualTo("1");
        assertThat(risk.get("/blacklist?value=2001:DB8:0::7").body()).contains("until lifted");
    }

    @ParameterizedTest
    @CsvSource({
        "account, 'no such', floods, 'That is no such account'",
        "address, 10.0.0.0/8, floods, 'That is no such account'",
        "country, XX, floods, 'It must be an account'",
        "account, u77, ' ', 'Please say why'",
    })
    void what_cannot_be_is_refused_and_what_was_typed_stays(String kind, String value, String reason, String said) {
        HttpResponse<String> answer = add(kind, value, reason, "hour");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(said, "value=\"" + value + "\"");
        assertThat(cms.value("SELECT COUNT(*) FROM blacklist_entry WHERE `value` = ?", value))
                .isEqualTo("0");
    }

    @Test
    void what_is_not_there_is_said_in_a_page() {
        risk.get("/blacklist");
        HttpResponse<String> answer = risk.post("/blacklist/999999/lift", Map.of("why", "x"));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("There is no such entry.");
    }

    private static HttpResponse<String> add(String kind, String value, String reason, String span) {
        risk.get("/blacklist");
        return risk.post("/blacklist", Map.of("kind", kind, "value", value, "reason", reason, "span", span));
    }
}
