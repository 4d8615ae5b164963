package io.flashsale.cms.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What waits for a person, and the person's word on it. Carrying it out is the backend's and the consumer's, and tested there. */
class ReconcileIT {

    private static final String DETAIL = "<b>odd</b> \"it\" & 5 > 4";

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor operator;

    @SuppressWarnings("NullAway.Init")
    private static String item;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        operator = Visitor.of(cms, "ops", "OPERATOR");
        String promo = cms.post(
                        "/api/admin/promos",
                        """
                        {"name":"Promo","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"RECON","name":"Thing",\
                        "priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                .formatted(Instant.now(), Instant.now().plusSeconds(3600)))
                .body()
                .get("id")
                .asString();
        item = cms.value("SELECT id FROM promo_item WHERE promo_id = ?", promo);
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @BeforeEach
    void nothingWaits() {
        cms.rows("DELETE FROM judgement");
        cms.rows("DELETE FROM finding");
        cms.rows("DELETE FROM parked_message");
    }

    @Test
    void what_is_open_is_listed_and_nothing_else() {
        Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
        assertThat(auditor.get("/reconciliation").body())
                .contains("data-testid=\"no-findings\"", "data-testid=\"no-parked\"");
        finding("LEDGER", "held-0001", "NONE", "OPEN");
        finding("LOST", "lost-0002", "RESEND", "REPAIRED");
        finding("ORDERS", "gone-0003", "NONE", "GONE");
        parked("m1", "kept-0004", "not JSON", "NULL");
        parked("m2", "done-0005", "x", "UTC_TIMESTAMP(3)");
        assertThat(auditor.get("/reconciliation").body())
                .contains("MySQL’s counters are not the sums of its ledger", "href=\"/orders/held-0001\"", "kept-0004")
                .contains("&lt;b&gt;odd&lt;/b&gt;")
                .doesNotContain("lost-0002", "gone-0003", "done-0005", "<b>odd")
                .as("an auditor looks")
                .doesNotContain("data-testid=\"act\"");
        assertThat(operator.get("/reconciliation").body())
                .contains("data-act=\"APPROVE\"", "data-act=\"REPLAY\"", "data-act=\"DISCARD\"")
                .as("orders are not open to an operator")
                .doesNotContain("href=\"/orders/");
    }

    @Test
    void a_message_is_shown_as_text_whatever_it_is() {
        String markup = parked("m1", "text-0001", "{\"v\":1}\n<script>x</script>", "NULL");
        String binary = parked("m2", "binary-0002", "?", "NULL");
        cms.rows("UPDATE parked_message SET body = x'ff001b5b33' WHERE id = ?", binary);
        String cut = parked("m3", "long-0003", "y".repeat(4096) + "zz", "NULL");
        String page = operator.get("/reconciliation").body();
        assertThat(of(page, markup)).contains("{&quot;v&quot;:1}\n&lt;script&gt;x&lt;/script&gt;</pre>");
        assertThat(of(page, binary)).contains("<pre class=\"mt-2 mb-0 message\">???[3</pre>");
        assertThat(of(page, cut)).contains("y".repeat(4096) + "…</pre>");
    }

    @Test
    void an_approval_is_written_down_with_its_reason_and_waits_for_the_backend() {
        String id = finding("LEDGER", "held-0001", "NONE", "OPEN");
        assertThat(operator.get("/reconciliation").body()).contains("No machine can know what is right.");
        HttpResponse<String> answer = approve(id, "counted by hand", DETAIL);
        String judgement = cms.value("SELECT id FROM judgement");
        assertThat(Visitor.location(answer)).isEqualTo("/reconciliation?judged=" + judgement);
        assertThat(
                        cms.value(
                                "SELECT CONCAT_WS(' ', matter, matter_id, verdict, seen, why, judged_by, waiting, outcome) FROM judgement"))
                .isEqualTo("FINDING " + id + " APPROVE " + DETAIL + " counted by hand ops 1");
        assertThat(
                        cms.value(
                                "SELECT CONCAT_WS(' ', actor, subject, JSON_VALUE(detail, '$.why'), JSON_VALUE(detail, '$.about')) FROM audit_log WHERE action = 'FINDING_JUDGED' ORDER BY id DESC LIMIT 1"))
                .isEqualTo("ops finding:" + id + " counted by hand held-0001");
        String page = operator.get("/reconciliation?judged=" + judgement).body();
        assertThat(page).contains("data-outcome=\"WAITS\"");
        assertThat(of(page, id))
                .contains("ops decided: Approve")
                .as("it is decided")
                .doesNotContain("data-act");
        assertThat(Visitor.location(approve(id, "once more", DETAIL)))
                .isEqualTo("/reconciliation?refused=JUDGED_ALREADY");
        assertThat(cms.value("SELECT COUNT(*) FROM judgement")).isEqualTo("1");

        carried(judgement, "CHANGED");
        page = operator.get("/reconciliation?judged=" + judgement).body();
        assertThat(page).contains("data-outcome=\"CHANGED\"");
        assertThat(of(page, id)).contains("It was another one by then", "data-act=\"APPROVE\"");
        assertThat(Visitor.location(approve(id, "now then", DETAIL))).startsWith("/reconciliation?judged=");
    }

    @Test
    void it_answers_with_what_came_of_it_where_that_is_known_in_time() throws InterruptedException {
        try (Cms patient = Cms.start("flashsale.carry-wait=20s")) {
            Visitor visitor = Visitor.of(patient, "ops", "OPERATOR");
            patient.rows(
                    "INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, body, reason, created_at)"
                            + " VALUES ('m1', 'flashsale-orders', 0, 1, 'x', 'not JSON', UTC_TIMESTAMP(3))");
            visitor.get("/reconciliation");
            var consumer = new Thread(() -> {
                Awaitility.await()
                        .until(() -> !patient.rows("SELECT id FROM judgement").isEmpty());
                patient.rows("UPDATE judgement SET waiting = NULL, carried_at = UTC_TIMESTAMP(3), outcome = 'PARKED'");
            });
            consumer.start();
            String where = Visitor.location(visitor.post(
                    message(patient.value("SELECT id FROM parked_message"), "replay"), Map.of("why", "it is back")));
            assertThat(patient.value("SELECT outcome FROM judgement"))
                    .as("when the answer came")
                    .isEqualTo("PARKED");
            consumer.join();
            assertThat(visitor.get(where).body())
                    .contains("data-outcome=\"PARKED\"", "It cannot become an order still");
        }
    }

    @Test
    void of_several_who_decide_at_once_one_has_decided() {
        String id = parked("m1", "kept-0004", "x", "NULL");
        operator.get("/reconciliation");
        List<String> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> Visitor.location(operator.post(message(id, "replay"), Map.of("why", "all at once"))))
                .toList();
        assertThat(answers)
                .filteredOn(answer -> answer.startsWith("/reconciliation?judged="))
                .hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.equals("/reconciliation?refused=JUDGED_ALREADY"))
                .hasSize(7);
        assertThat(cms.value("SELECT COUNT(*) FROM judgement")).isEqualTo("1");
    }

    @Test
    void a_finding_that_comes_back_has_no_word_yet() {
        String id = finding("LEDGER", "held-0001", "NONE", "OPEN");
        operator.get("/reconciliation");
        approve(id, "counted by hand", DETAIL);
        carried(cms.value("SELECT id FROM judgement"), "APPROVED");
        assertThat(of(operator.get("/reconciliation").body(), id))
                .contains("data-act=\"APPROVE\"")
                .doesNotContain("data-testid=\"word\"");
    }

    @Test
    void a_finding_that_changed_since_the_page_was_loaded_is_not_approved() {
        String id = finding("LEDGER", "held-0001", "NONE", "OPEN");
        operator.get("/reconciliation");
        cms.rows("UPDATE finding SET detail = 'worse' WHERE id = ?", id);
        String where = Visitor.location(approve(id, "as I saw it", DETAIL));
        assertThat(where).isEqualTo("/reconciliation?refused=FINDING_CHANGED");
        assertThat(operator.get(where).body()).contains("It is another one since the page was loaded.");
        assertThat(cms.value("SELECT COUNT(*) FROM judgement")).isEqualTo("0");
    }

    @Test
    void what_does_not_wait_any_more_is_not_decided() {
        String finding = finding("LEDGER", "held-0001", "NONE", "GONE");
        String message = parked("m1", "done-0005", "x", "UTC_TIMESTAMP(3)");
        operator.get("/reconciliation");
        assertThat(Visitor.location(approve(finding, "x", DETAIL)))
                .isEqualTo("/reconciliation?refused=SETTLED_ALREADY");
        assertThat(Visitor.location(operator.post(message(message, "replay"), Map.of("why", "x"))))
                .isEqualTo("/reconciliation?refused=SETTLED_ALREADY");
        assertThat(Visitor.location(operator.post(message("999999", "replay"), Map.of("why", "x"))))
                .isEqualTo("/reconciliation?refused=SETTLED_ALREADY");
        assertThat(cms.value("SELECT COUNT(*) FROM judgement")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({
        "replay, ' ', '', REASON_MISSING",
        "discard, '', 1, REASON_MISSING",
        "discard, sold by phone, '', NUMBER_WRONG",
        "discard, sold by phone, 12345678, NUMBER_WRONG",
    })
    void a_reason_is_needed_and_to_discard_the_number_as_well(String act, String why, String confirm, String code) {
        String id = parked("m1", "kept-0004", "x", "NULL");
        operator.get("/reconciliation");
        HttpResponse<String> answer =
                operator.post(message(id, act), Map.of("why", why, "confirm", confirm.equals("1") ? id : confirm));
        assertThat(Visitor.location(answer)).isEqualTo("/reconciliation?refused=" + code);
        assertThat(cms.value("SELECT COUNT(*) FROM judgement")).isEqualTo("0");
    }

    @Test
    void a_message_is_discarded_by_its_number() {
        String id = parked("m1", "an order's key?", "x", "NULL");
        operator.get("/reconciliation");
        operator.post(message(id, "discard"), Map.of("why", "sold by phone", "confirm", " " + id + " "));
        assertThat(cms.value("SELECT CONCAT_WS(' ', matter, matter_id, verdict, seen, why, judged_by) FROM judgement"))
                .isEqualTo("MESSAGE " + id + " DISCARD sold by phone ops");
        assertThat(
                        cms.value(
                                "SELECT CONCAT_WS(' ', subject, JSON_VALUE(detail, '$.verdict'), JSON_VALUE(detail, '$.parkedFor')) FROM audit_log WHERE action = 'MESSAGE_JUDGED' ORDER BY id DESC LIMIT 1"))
                .isEqualTo("message:" + id + " DISCARD not JSON");
        carried(cms.value("SELECT id FROM judgement"), "DISCARDED");
        cms.rows("UPDATE parked_message SET resolved_at = UTC_TIMESTAMP(3), resolution = 'DISCARDED'");
        assertThat(operator.get("/reconciliation").body())
                .contains("data-testid=\"no-parked\"", "data-testid=\"latest\"", "<q>sold by phone</q>", "Discarded.");
    }

    private static HttpResponse<String> approve(String id, String why, String seen) {
        return operator.post("/reconciliation/findings/" + id + "/approve", Map.of("why", why, "seen", seen));
    }

    private static String message(String id, String act) {
        return "/reconciliation/messages/" + id + "/" + act;
    }

    /** As the service that owns the matter does. */
    private static void carried(String judgement, String outcome) {
        cms.rows(
                "UPDATE judgement SET waiting = NULL, carried_at = UTC_TIMESTAMP(3), outcome = ? WHERE id = ?",
                outcome,
                judgement);
    }

    /** The part of the page that is about one of them. */
    private static String of(String page, String id) {
        String from = page.substring(page.indexOf("data-id=\"" + id + "\""));
        return from.substring(0, from.indexOf("</li>"));
    }

    private static String finding(String kind, String order, String repair, String state) {
        cms.rows(
                "INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen)"
                        + " VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
                item,
                kind,
                order,
                DETAIL,
                repair,
                state);
        return cms.value("SELECT MAX(id) FROM finding");
    }

    private static String parked(String message, String order, String body, String resolved) {
        cms.rows(
                "INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, order_id, body, reason, created_at, resolved_at)"
                        + " VALUES (?, 'flashsale-orders', 0, 1, ?, ?, 'not JSON', UTC_TIMESTAMP(3), " + resolved + ")",
                message,
                order,
                body);
        return cms.value("SELECT MAX(id) FROM parked_message");
    }
}
