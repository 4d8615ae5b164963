package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to a promo from its page. */
class PromoActsIT {

    private static final Pattern ACT = Pattern.compile("data-act=\"(\\w+)\"");

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor operator;

    private static int promos;

    @BeforeAll
    static void start() {
        cms = Cms.start().carrying();
        operator = Visitor.of(cms, "ops", "OPERATOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void an_operator_schedules_pauses_resumes_tops_up_and_ends_and_each_reason_is_kept() {
        String promo = draft();
        String sku = "ACT-" + promos;
        Visitor reviewer = Visitor.of(cms, "rita", "REVIEWER");
        reviewer.get(promo);
        reviewer.post(promo + "/approve", Map.of("why", ""));
        assertThat(operator.get(promo).body())
                .contains("data-act=\"SCHEDULE\"")
                .doesNotContain("data-act=\"PAUSE\"", "data-act=\"TOPUP\"", "data-act=\"RETURN\"");
        assertThat(act(promo, "schedule", "opening night")).isEqualTo(promo + "?done=SCHEDULE");
        assertThat(operator.get(promo).body())
                .contains("data-act=\"PAUSE\"", "data-act=\"END\"", "data-act=\"TOPUP\"")
                .doesNotContain("data-act=\"SCHEDULE\"", "data-act=\"RESUME\"");
        assertThat(act(promo, "pause", "a wrong price")).isEqualTo(promo + "?done=PAUSE");
        assertThat(act(promo, "resume", "the price is right")).isEqualTo(promo + "?done=RESUME");
        assertThat(topUp(promo, sku, "7", "seven were found")).isEqualTo(promo + "?done=TOPUP");
        assertThat(cms.value("SELECT published FROM promo_item WHERE sku = ?", sku))
                .isEqualTo("17");
        HttpResponse<String> ended =
                operator.post(promo + "/end", Map.of("why", "enough", "confirm", " Promo " + promos + " "));
        assertThat(Visitor.location(ended)).isEqualTo(promo + "?done=END");
        assertThat(operator.get(promo + "?done=END").body()).contains("Ended.").doesNotContain("data-testid=\"act\"");

        assertThat(
                        cms.rows(
                                "SELECT action, JSON_VALUE(detail, '$.why') why FROM audit_log WHERE actor = 'ops' AND action <> 'PASSWORD_CHANGED' ORDER BY id"))
                .extracting(row -> row.get("action") + ": " + row.get("why"))
                .containsSubsequence(
                        "PROMO_SCHEDULED: opening night",
                        "PROMO_PAUSED: a wrong price",
                        "PROMO_RESUMED: the price is right",
                        "ITEM_TOPPED_UP: seven were found",
                        "PROMO_ENDED: enough");
    }

    @ParameterizedTest
    @CsvSource({"pause, ' ', ''", "end, a reason, Another name", "end, a reason, ''"})
    void without_a_reason_or_its_name_nothing_is_done(String act, String why, String confirm) {
        String promo = live();
        operator.get(promo);
        HttpResponse<String> answer = operator.post(promo + "/" + act, Map.of("why", why, "confirm", confirm));
        assertThat(Visitor.location(answer)).startsWith(promo + "?refused=");
        assertThat(operator.get(Visitor.location(answer)).body()).contains("Nothing was changed.");
        assertThat(state(promo)).isEqualTo("LIVE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "x", "", "99999999999", "99999999"})
    void a_top_up_that_cannot_be_is_refused(String add) {
        String promo = live();
        String sku = "ACT-" + promos;
        String to = topUp(promo, sku, add, "a reason");
        assertThat(to).startsWith(promo + "?refused=");
        assertThat(operator.get(to).body()).contains("Nothing was changed.");
        assertThat(cms.value("SELECT published FROM promo_item WHERE sku = ?", sku))
                .isEqualTo("10");
    }

    @Test
    void the_same_form_sent_twice_adds_once() {
        String promo = live();
        String sku = "ACT-" + promos;
        String request = requestID(promo);
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = operator.post(
                    promo + "/items/" + sku + "/topup", Map.of("add", "3", "requestID", request, "why", "three"));
            assertThat(Visitor.location(answer)).isEqualTo(promo + "?done=TOPUP");
        }
        assertThat(cms.value("SELECT published FROM promo_item WHERE sku = ?", sku))
                .isEqualTo("13");
    }

    @Test
    void a_page_of_a_promo_that_is_over_adds_nothing_to_the_one_that_sells_the_item_now() {
        String promo = live();
        String sku = "ACT-" + promos;
        String request = requestID(promo);
        cms.post("/api/admin/items/" + sku + "/end");
        assertThat(cms.post(
                                "/api/admin/promos",
                                """
                                {"publish":true,"name":"Anew","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"%s",\
                                "name":"Thing","priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                        .formatted(Instant.now(), Instant.now().plusSeconds(3600), sku))
                        .status())
                .isEqualTo(201);
        HttpResponse<String> late = operator.post(
                promo + "/items/" + sku + "/topup", Map.of("add", "3", "requestID", request, "why", "three"));
        assertThat(Visitor.location(late)).isEqualTo(promo + "?refused=WRONG_STATE");
        assertThat(cms.rows("SELECT published FROM promo_item WHERE sku = ?", sku))
                .extracting(row -> row.get("published"))
                .containsOnly("10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/promos/abc", "/?before=x", "/promos/99999999999999999999"})
    void an_address_that_cannot_be_read_is_said_in_a_page(String path) {
        HttpResponse<String> answer = operator.get(path);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("data-testid=\"problem\"");
    }

    @ParameterizedTest
    @CsvSource({"EDITOR,''", "REVIEWER,''", "RISK,BLOCK", "AUDITOR,''"})
    void others_look_and_do_nothing_to_the_promo(String role, String offered) {
        String promo = live();
        Visitor other = Visitor.of(cms, "other" + promos, role);
        String page = other.get(promo).body();
        assertThat(page).contains("Promo " + promos);
        assertThat(ACT.matcher(page).results().map(act -> act.group(1)).collect(Collectors.joining(" ")))
                .isEqualTo(offered);
        other.get("/password");
        for (String act : new String[] {"/pause", "/end", "/items/ACT-" + promos + "/topup"}) {
            assertThat(other.post(
                                    promo + act,
                                    Map.of("why", "x", "confirm", "Promo " + promos, "add", "1", "requestID", "r"))
                            .statusCode())
                    .as(act)
                    .isEqualTo(403);
        }
        assertThat(state(promo)).isEqualTo("LIVE");
    }

    @Test
    void an_operator_moves_the_end_of_what_is_on_sale_and_redis_is_told() {
        String promo = live();
        cms.rows("UPDATE promo SET zone = 'Asia/Shanghai' WHERE id = ?", id(promo));
        Instant end = Instant.now().plusSeconds(7200).truncatedTo(ChronoUnit.MINUTES);
        String typed = end.atZone(ZoneId.of("Asia/Shanghai")).toLocalDateTime().toString();
        assertThat(moveEnd(promo, typed, "it sells well")).isEqualTo(promo + "?done=MOVE");
        assertThat(cms.value("SELECT DATE_FORMAT(closes_at, '%Y-%m-%dT%H:%i:%sZ') FROM promo WHERE id = ?", id(promo)))
                .isEqualTo(end.toString());
        String effect = "SELECT JSON_VALUE(payload, ?) FROM redis_effect WHERE kind = 'STATE' ORDER BY id DESC LIMIT 1";
        assertThat(cms.value(effect, "$.closes")).isEqualTo(Long.toString(end.toEpochMilli()));
        assertThat(cms.value(effect, "$.state")).isEqualTo("LIVE");
        assertThat(
                        cms.value(
                                "SELECT CONCAT_WS(' ', subject, JSON_VALUE(detail, '$.to'), JSON_VALUE(detail, '$.why')) FROM audit_log WHERE action = 'PROMO_END_MOVED' ORDER BY id DESC LIMIT 1"))
                .isEqualTo("promo:" + id(promo) + " " + end + " it sells well");
        assertThat(operator.get(promo + "?done=MOVE").body()).contains("The end is moved.", "value=\"" + typed + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "soon", "2019-01-01T00:00", "2027-03-28T02:30", "2027-10-31T02:30", "+999999999-12-31T23:59"
            })
    void an_end_that_no_clock_shows_or_that_is_past_is_refused(String typed) {
        String promo = live();
        cms.rows("UPDATE promo SET zone = 'Europe/Berlin' WHERE id = ?", id(promo));
        assertThat(moveEnd(promo, typed, "why not")).isEqualTo(promo + "?refused=END_ODD");
        assertThat(operator.get(promo + "?refused=END_ODD").body()).contains("The new end must be another one");
        assertThat(moves(promo)).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({"1800, END_ODD", "3600, END_ODD", "31626001, END_ODD", "5400, ''"})
    void the_end_of_what_opens_later_is_moved_within_bounds(long seconds, String refused) {
        Instant opens = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        String promo = promo(true, opens, opens.plusSeconds(3600));
        Instant end = opens.plusSeconds(seconds - 3600);
        assertThat(moveEnd(promo, end.atZone(ZoneOffset.UTC).toLocalDateTime().toString(), "why not"))
                .isEqualTo(promo + (refused.isEmpty() ? "?done=MOVE" : "?refused=" + refused));
        assertThat(moves(promo)).isEqualTo(refused.isEmpty() ? "1" : "0");
    }

    @Test
    void an_end_that_stays_is_not_moved_and_that_of_a_pause_is() {
        Instant closes = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        String promo = promo(true, Instant.now().minusSeconds(5), closes);
        act(promo, "pause", "a wrong price");
        LocalDateTime end = closes.atZone(ZoneOffset.UTC).toLocalDateTime();
        assertThat(operator.get(promo).body()).contains("value=\"" + end + "\"");
        assertThat(moveEnd(promo, end.toString(), "why not")).isEqualTo(promo + "?refused=END_ODD");
        assertThat(moveEnd(promo, end.plusHours(1).toString(), "an hour more")).isEqualTo(promo + "?done=MOVE");
        assertThat(state(promo)).isEqualTo("PAUSED");
        assertThat(
                        cms.value(
                                "SELECT JSON_VALUE(payload, '$.state') FROM redis_effect WHERE kind = 'STATE' ORDER BY id DESC LIMIT 1"))
                .isEqualTo("PAUSED");
    }

    @Test
    void the_end_of_what_is_over_is_not_moved() {
        String later = LocalDateTime.now(ZoneOffset.UTC).plusHours(2).toString();
        String over = live();
        cms.rows("UPDATE promo SET closes_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?", id(over));
        assertThat(operator.get(over).body()).doesNotContain("data-act=\"MOVE\"");
        assertThat(moveEnd(over, later, "once more")).isEqualTo(over + "?refused=WRONG_STATE");
        String draft = draft();
        assertThat(moveEnd(draft, later, "early")).isEqualTo(draft + "?refused=WRONG_STATE");
        String live = live();
        assertThat(moveEnd(live, later, " ")).isEqualTo(live + "?refused=REASON_MISSING");
    }

    private static String buckets(String promo, String... typed) {
        operator.get(promo);
        return Visitor.location(operator.post(
                promo + "/how-often",
                Map.of(
                        "accountRate", typed[0],
                        "accountBurst", typed[1],
                        "skuRate", typed[2],
                        "skuBurst", typed[3],
                        "why", typed[4])));
    }

    private static List<String> bucketsOf(String promo) {
        return cms
                .rows(
                        "SELECT CONCAT_WS(' ', COALESCE(account, '-'), COALESCE(sku, '-')) b FROM promo_bucket WHERE promo_id = ?",
                        id(promo))
                .stream()
                .map(row -> row.get("b"))
                .toList();
    }

    @Test
    void an_operator_says_how_often_one_may_ask_of_what_is_on_sale_and_takes_it_back() {
        String promo = live();
        assertThat(operator.get(promo).body())
                .contains("data-act=\"BUCKETS\"")
                .doesNotContain("data-testid=\"buckets\"");
        assertThat(buckets(promo, " 0.50 ", "3", "", "", "bots")).isEqualTo(promo + "?done=BUCKETS");
        assertThat(bucketsOf(promo)).containsExactly("0.5:3 -");
        assertThat(operator.get(promo + "?done=BUCKETS").body())
                .contains("The edges go by it", "one account 0.5 a second, 3 at once", "value=\"0.5\"");
        assertThat(buckets(promo, "2", "4", "1000", "5000", "more")).isEqualTo(promo + "?done=BUCKETS");
        assertThat(bucketsOf(promo)).containsExactly("2:4 1000:5000");
        assertThat(buckets(promo, "", "", "", "", "as ever")).isEqualTo(promo + "?done=BUCKETS");
        assertThat(bucketsOf(promo)).isEmpty();
        assertThat(cms.rows(
                        "SELECT JSON_VALUE(detail, '$.before.account') b, JSON_VALUE(detail, '$.after.account') a,"
                                + " JSON_VALUE(detail, '$.why') why FROM audit_log WHERE action = 'PROMO_BUCKETS_CHANGED' AND subject = ?"
                                + " ORDER BY id",
                        "promo:" + id(promo)))
                .extracting(row -> String.join(" ", row.values()))
                .containsExactly("null 0.5:3 bots", "0.5:3 2:4 more", "2:4 null as ever");
    }

    @ParameterizedTest
    @CsvSource({
        "5,'','',''",
        "'',10,'',''",
        "0,10,'',''",
        "0.000,10,'',''",
        "-1,10,'',''",
        "1e3,10,'',''",
        "1.0001,10,'',''",
        "1000000,10,'',''",
        "5,0,'',''",
        "5,1.5,'',''",
        "5,10,5,''",
        "5,10,x,10",
        "0.1,7,'',''"
    })
    void a_rate_that_is_none_is_refused_and_nothing_changed(
            String rate, String burst, String skuRate, String skuBurst) {
        String promo = live();
        assertThat(buckets(promo, rate, burst, skuRate, skuBurst, "x")).isEqualTo(promo + "?refused=BUCKET_ODD");
        assertThat(operator.get(promo + "?refused=BUCKET_ODD").body()).contains("A rate is above 0");
        assertThat(bucketsOf(promo)).isEmpty();
    }

    @Test
    void how_often_one_may_ask_of_what_is_over_or_without_a_reason_is_not_changed() {
        String promo = live();
        assertThat(buckets(promo, "5", "10", "", "", " ")).isEqualTo(promo + "?refused=REASON_MISSING");
        cms.post("/api/admin/items/ACT-" + promos + "/end");
        assertThat(buckets(promo, "5", "10", "", "", "late")).isEqualTo(promo + "?refused=WRONG_STATE");
        assertThat(bucketsOf(promo)).isEmpty();
    }

    @Test
    void what_is_not_there_is_said_in_a_page() {
        operator.get(live());
        assertThat(operator.post("/promos/999999/pause", Map.of("why", "x")).body())
                .contains("There is no such promo.");
        String promo = live();
        operator.get(promo);
        assertThat(operator.post(promo + "/explode", Map.of("why", "x")).statusCode())
                .isEqualTo(404);
        assertThat(operator.post(promo + "/items/NONE/topup", Map.of("why", "x", "add", "1", "requestID", "r"))
                        .body())
                .contains("This promo has no such item.");
        assertThat(operator.get(promo + "?done=<b>&refused=%3Cb%3E".replace("<b>", "%3Cb%3E"))
                        .body())
                .doesNotContain("<b>", "data-testid=\"said\"");
    }

    private static String moveEnd(String promo, String closes, String why) {
        operator.get(promo);
        return Visitor.location(operator.post(promo + "/move-end", Map.of("closes", closes, "why", why)));
    }

    private static String moves(String promo) {
        return cms.value(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'PROMO_END_MOVED' AND subject = ?",
                "promo:" + id(promo));
    }

    private static String id(String promo) {
        return promo.substring("/promos/".length());
    }

    private static String act(String promo, String act, String why) {
        operator.get(promo);
        return Visitor.location(operator.post(promo + "/" + act, Map.of("why", why)));
    }

    private static String topUp(String promo, String sku, String add, String why) {
        String request = requestID(promo);
        return Visitor.location(operator.post(
                promo + "/items/" + sku + "/topup", Map.of("add", add, "requestID", request, "why", why)));
    }

    private static String requestID(String promo) {
        Matcher request = Pattern.compile("name=\"requestID\" value=\"([^\"]+)\"")
                .matcher(operator.get(promo).body());
        assertThat(request.find()).isTrue();
        return request.group(1);
    }

    private static String state(String promo) {
        return cms.value("SELECT state FROM promo WHERE id = ?", id(promo));
    }

    private static String draft() {
        return promo(false);
    }

    private static String live() {
        return promo(true);
    }

    private static String promo(boolean publish) {
        return promo(publish, Instant.now().minusSeconds(5), Instant.now().plusSeconds(3600));
    }

    private static String promo(boolean publish, Instant opens, Instant closes) {
        promos++;
        return "/promos/"
                + cms.post(
                                "/api/admin/promos",
                                """
                                {"publish":%s,"name":"Promo %d","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"ACT-%d",\
                                "name":"Thing","priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                        .formatted(publish, promos, opens, closes, promos))
                        .body()
                        .get("id")
                        .asLong();
    }
}
