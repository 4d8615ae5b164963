package io.flashsale.cms.blacklist;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    void from_the_page_of_a_promo_that_sells_somebody_is_put_on_the_list_and_the_page_is_gone_back_to() {
        String promo = cms.post(
                        "/api/admin/promos",
                        """
                        {"name":"Promo","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"BLOCKING","name":"Thing",\
                        "priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                .formatted(
                                        Instant.now().minusSeconds(60),
                                        Instant.now().plusSeconds(3600)))
                .body()
                .get("id")
                .asString();
        String page = "/promos/" + promo;
        assertThat(risk.get(page).body()).doesNotContain("data-act=\"BLOCK\"");
        assertThat(cms.post("/api/admin" + page + "/publish").status()).isEqualTo(200);
        assertThat(risk.get(page).body()).contains("data-act=\"BLOCK\"");
        var wanted = Map.of("promo", promo, "kind", "account", "value", "u177", "reason", "a script", "span", "hour");
        assertThat(Visitor.location(risk.post("/blacklist", wanted))).isEqualTo(page + "?done=BLOCK");
        assertThat(risk.get(page + "?done=BLOCK").body()).contains("On the blacklist. The edge knows.");
        assertThat(cms.value("SELECT reason FROM blacklist_entry WHERE `value` = 'u177'"))
                .isEqualTo("a script");

        var nobody = Map.of("promo", promo, "kind", "account", "value", "u 178", "reason", "a script", "span", "hour");
        HttpResponse<String> refused = risk.post("/blacklist", nobody);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("That is no such account", "value=\"u 178\"");
        assertThat(Visitor.of(cms, "olga", "OPERATOR").get(page).body())
                .contains("data-act=\"PAUSE\"")
                .doesNotContain("data-act=\"BLOCK\"");
    }

    @Test
    void a_list_is_looked_at_line_by_line_and_only_who_is_new_is_put_on() {
        add("account", "l2", "for a month", "month");
        add("account", "l3", "for an hour", "hour");
        risk.get("/blacklist/import");
        String sheet =
                "\uFEFFuser_id,name\r\nl1，Anna,7\r\n\r\n\"l2\";x\nl3\tx\n l1 \nnot an account\n<b>l4</b>\n\tAnna\t7\n";
        var typed = Map.of("kind", "account", "reason", "a ring", "span", "day", "sheet", sheet);
        HttpResponse<String> looked = risk.post("/blacklist/import", with(typed, "look"));
        assertThat(looked.statusCode()).isEqualTo(200);
        assertThat(Pattern.compile("data-effect=\"(\\w+)\">\\s*<td[^>]*>(\\d+)</td><td[^>]*>([^<]*)<")
                        .matcher(looked.body())
                        .results()
                        .map(line -> line.group(2) + " " + line.group(3) + " " + line.group(1)))
                .containsExactly(
                        "2 l1 NEW",
                        "4 l2 ALREADY",
                        "5 l3 NEW",
                        "6 l1 TWICE",
                        "7 not an account WRONG",
                        "8 &lt;b&gt;l4&lt;/b&gt; WRONG",
                        "9 Anna\t7 WRONG");
        assertThat(looked.body()).contains("Put these 2 on the list", "for a day");
        assertThat(cms.value("SELECT COUNT(*) FROM blacklist_entry WHERE reason = 'a ring'"))
                .isEqualTo("0");

        assertThat(Visitor.location(risk.post("/blacklist/import", with(typed, "take"))))
                .isEqualTo("/blacklist?done=LISTED");
        assertThat(risk.get("/blacklist?done=LISTED").body()).contains("They are on the list. The edge knows.");
        assertThat(cms.rows("SELECT `value` v FROM blacklist_entry WHERE reason = 'a ring' ORDER BY id"))
                .extracting(row -> row.get("v"))
                .containsExactly("l1", "l3");
        assertThat(cms.value(
                        "SELECT COUNT(*) FROM audit_log a JOIN blacklist_entry b ON a.subject = CONCAT('blacklist:', b.id)"
                                + " WHERE b.reason = 'a ring' AND a.action = 'BLACKLIST_ADDED' AND a.actor = 'rick'"))
                .isEqualTo("2");
        HttpResponse<String> again = risk.post("/blacklist/import", with(typed, "take"));
        assertThat(again.statusCode()).as("whoever sends it twice").isEqualTo(409);
        assertThat(again.body()).contains("All of them are on the list", "not an account");
    }

    @Test
    void a_list_of_addresses_is_kept_as_the_edge_writes_them_and_what_is_too_long_is_refused() {
        risk.get("/blacklist/import");
        var typed = Map.of(
                "kind", "address", "reason", "a farm", "span", "lifted", "sheet", "2001:DB8:0:0::1\n203.0.113.9\nu1");
        assertThat(Visitor.location(risk.post("/blacklist/import", with(typed, "take"))))
                .isEqualTo("/blacklist?done=LISTED");
        assertThat(cms.rows("SELECT `value` v, expires_at e FROM blacklist_entry WHERE reason = 'a farm' ORDER BY id"))
                .extracting(row -> row.get("v") + " " + row.get("e"))
                .containsExactly("2001:db8::1 null", "203.0.113.9 null");

        String most = IntStream.rangeClosed(1, 500).mapToObj(i -> "many-" + i).collect(Collectors.joining("\n"));
        var many = Map.of("kind", "account", "reason", "many", "span", "hour", "sheet", most + "\none more");
        HttpResponse<String> tooMany = risk.post("/blacklist/import", with(many, "take"));
        assertThat(tooMany.statusCode()).isEqualTo(400);
        assertThat(tooMany.body()).contains("500 lines at most. Nothing was changed.", "many-500");
        assertThat(Visitor.location(risk.post(
                        "/blacklist/import",
                        with(Map.of("kind", "account", "reason", "many", "span", "hour", "sheet", most), "take"))))
                .startsWith("/blacklist?done=LISTED");
        assertThat(cms.value("SELECT COUNT(*) FROM blacklist_entry WHERE reason = 'many'"))
                .isEqualTo("500");

        for (var wrong : List.of(
                Map.of("kind", "account", "reason", "none", "span", "day", "sheet", " \n"),
                Map.of("kind", "account", "reason", "", "span", "day", "sheet", "u1"),
                Map.of("kind", "planet", "reason", "far", "span", "day", "sheet", "u1"))) {
            assertThat(risk.post("/blacklist/import", with(wrong, "look")).statusCode())
                    .as(wrong.toString())
                    .isEqualTo(400);
        }
    }

    private static Map<String, String> with(Map<String, String> typed, String act) {
        var form = new HashMap<>(typed);
        form.put("act", act);
        return form;
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
