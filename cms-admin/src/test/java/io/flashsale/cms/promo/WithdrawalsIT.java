package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to withdraw units and their booking, over real HTTP and a real MySQL; what the backend writes is written here. */
class WithdrawalsIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    private static int skus;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.carry-wait=100ms");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void a_withdrawal_waits_for_redis_and_is_then_booked_once_with_ledger_and_audit() {
        String sku = publish(10);
        Answer asked = withdraw(sku, 4, sku + "-w");
        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.body().get("state").asString()).isEqualTo("ASKED");
        assertThat(counters(sku)).isEqualTo("10 = 10 + 0 + 0, 0 withdrawn");

        judge(sku, "WITHDRAWN");
        assertThat(stateOf(sku)).isEqualTo("WITHDRAWN");
        judge(sku, "WITHDRAWN");
        Answer again = withdraw(sku, 4, sku + "-w");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().get("repeated").asBoolean()).isTrue();
        assertThat(again.body().get("item").get("published").asInt()).isEqualTo(6);
        assertThat(again.body().get("item").get("withdrawn").asInt()).isEqualTo(4);
        assertThat(counters(sku)).isEqualTo("6 = 6 + 0 + 0, 4 withdrawn");
        assertThat(lines(
                        "SELECT CONCAT(operation_id, ' ', event, ' ', delta_available) FROM stock_ledger WHERE sku = ?",
                        sku))
                .containsExactly("publish:" + itemId(sku) + " PUBLISHED 10", "withdraw:" + sku + "-w WITHDRAWN -4");
        assertThat(audit(sku))
                .containsExactly("ITEM_WITHDRAWAL_ASKED by operator: damaged", "ITEM_WITHDRAWN by operator: damaged");
        assertThat(cms.value("SELECT version FROM promo_item WHERE sku = ?", sku))
                .isEqualTo("2");
    }

    @Test
    void what_redis_refuses_is_refused_with_its_code_whoever_asks_again() {
        String sku = publish(3);
        withdraw(sku, 4, sku + "-w");
        judge(sku, "TOO_FEW");
        assertThat(stateOf(sku)).isEqualTo("REFUSED");
        for (int i = 0; i < 2; i++) {
            Answer refused = withdraw(sku, 4, sku + "-w");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("TOO_FEW_AVAILABLE");
            assertThat(refused.field()).isEqualTo("units");
        }
        assertThat(counters(sku)).isEqualTo("3 = 3 + 0 + 0, 0 withdrawn");
        assertThat(audit(sku))
                .containsExactly(
                        "ITEM_WITHDRAWAL_ASKED by operator: damaged", "ITEM_WITHDRAWAL_REFUSED by operator: damaged");

        withdraw(sku, 1, sku + "-late");
        judge(sku, "ENDED");
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(withdraw(sku, 1, sku + "-late").code()).isEqualTo("ENDED"));
    }

    @Test
    void a_verdict_of_an_older_epoch_is_not_booked_and_the_next_ones_is() {
        String sku = publish(10);
        withdraw(sku, 4, sku + "-w");
        cms.rows("UPDATE promo_item SET epoch = 2 WHERE sku = ?", sku);
        cms.rows("UPDATE withdrawal SET verdict = 'WITHDRAWN', verdict_epoch = 1 WHERE sku = ?", sku);
        String other = publish(10);
        withdraw(other, 1, other + "-w");
        judge(other, "WITHDRAWN");
        assertThat(stateOf(other))
                .as("booked after the other one was looked at")
                .isEqualTo("WITHDRAWN");
        assertThat(counters(sku)).isEqualTo("10 = 10 + 0 + 0, 0 withdrawn");
        judge(sku, "WITHDRAWN");
        assertThat(stateOf(sku)).isEqualTo("WITHDRAWN");
        assertThat(counters(sku)).isEqualTo("6 = 6 + 0 + 0, 4 withdrawn");
    }

    @Test
    void what_redis_gave_and_mysql_does_not_have_is_refused_and_the_item_rebuilt() {
        String sku = publish(10);
        withdraw(sku, 4, sku + "-w");
        cms.rows("UPDATE promo_item SET available = 3, held = 7 WHERE sku = ?", sku);
        judge(sku, "WITHDRAWN");
        assertThat(stateOf(sku)).isEqualTo("REFUSED");
        assertThat(counters(sku)).isEqualTo("10 = 3 + 7 + 0, 0 withdrawn");
        assertThat(lines(
                        "SELECT CONCAT(version, ' ', kind, ' ', payload) FROM redis_effect WHERE promo_item_id = ?",
                        itemId(sku)))
                .containsExactly("1 INSTALL {}", "2 REBUILD {}");
        assertThat(withdraw(sku, 4, sku + "-w").code()).isEqualTo("TOO_FEW_AVAILABLE");
    }

    @Test
    void two_services_book_the_same_verdict_once() {
        String sku = publish(100);
        try (var second = Cms.beside(cms)) {
            for (int i = 0; i < 20; i++) {
                withdraw(sku, 1, sku + "-w" + i);
            }
            judge(sku, "WITHDRAWN");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(counters(sku)).isEqualTo("80 = 80 + 0 + 0, 20 withdrawn"));
            assertThat(second.value("SELECT COUNT(*) FROM stock_ledger WHERE event = 'WITHDRAWN' AND sku = ?", sku))
                    .isEqualTo("20");
        }
    }

    @Test
    void the_same_request_many_times_at_once_is_one_and_one_that_means_something_else_is_refused() throws Exception {
        String sku = publish(10);
        String other = publish(10);
        var pool = Executors.newFixedThreadPool(8);
        try {
            var calls = new ArrayList<Callable<Answer>>();
            for (int i = 0; i < 8; i++) {
                calls.add(() -> withdraw(sku, 4, sku + "-w"));
            }
            for (var answer : pool.invokeAll(calls)) {
                assertThat(answer.get().status()).isEqualTo(202);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(cms.value("SELECT COUNT(*) FROM withdrawal WHERE sku = ?", sku))
                .isEqualTo("1");
        assertThat(audit(sku)).hasSize(1);
        for (Answer reused : List.of(
                withdraw(sku, 5, sku + "-w"),
                withdraw(other, 4, sku + "-w"),
                withdraw(sku, body("4", "\"lost\"", "\"" + sku + "-w\"")))) {
            assertThat(reused.status()).isEqualTo(422);
            assertThat(reused.code()).isEqualTo("REQUEST_REUSED");
        }
        judge(sku, "WITHDRAWN");
    }

    @Test
    void a_top_up_counts_from_all_that_ever_came_on_sale() {
        String sku = publish(10);
        withdraw(sku, 4, sku + "-w");
        judge(sku, "WITHDRAWN");
        assertThat(stateOf(sku)).isEqualTo("WITHDRAWN");
        cms.post("/api/admin/items/" + sku + "/topup", "{\"add\":5,\"requestID\":\"" + sku + "-t\"}");
        assertThat(counters(sku)).isEqualTo("11 = 11 + 0 + 0, 4 withdrawn");
        assertThat(lines("SELECT payload FROM redis_effect WHERE kind = 'TOP_UP' AND promo_item_id = ?", itemId(sku)))
                .containsExactly("{\"total\":15}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10000001", "1.5", "\"5\"", "2147483648", "null", "[1]", "true"})
    void anything_but_whole_units_is_refused(String units) {
        String sku = publish(10);
        Answer refused = withdraw(sku, body(units, "\"damaged\"", "\"" + sku + "-w\""));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("units");
        assertThat(cms.value("SELECT COUNT(*) FROM withdrawal WHERE sku = ?", sku))
                .isEqualTo("0");
    }

    @Test
    void a_withdrawal_without_reason_or_name_of_an_unknown_or_an_ended_item_is_refused() {
        String sku = publish(10);
        for (String reason : List.of("null", "\"\"", "\" \"", "\"" + "x".repeat(256) + "\"")) {
            assertThat(withdraw(sku, body("1", reason, "\"r\"")).field()).isEqualTo("reason");
        }
        for (String id : List.of("null", "\"\"", "\"a b\"", "\"" + "x".repeat(65) + "\"")) {
            assertThat(withdraw(sku, body("1", "\"x\"", id)).field()).isEqualTo("requestID");
        }
        assertThat(withdraw("NO-SUCH", 1, "r").code()).isEqualTo("UNKNOWN_SKU");

        cms.rows("UPDATE promo SET opens_at = '2020-01-01', closes_at = '2020-01-02' WHERE name = ?", sku);
        assertThat(withdraw(sku, 1, "r").code()).isEqualTo("ENDED");
        cms.post("/api/admin/items/" + sku + "/end");
        Answer ended = withdraw(sku, 1, "r");
        assertThat(ended.status()).isEqualTo(409);
        assertThat(ended.code()).isEqualTo("WRONG_STATE");
        assertThat(cms.value("SELECT COUNT(*) FROM withdrawal WHERE sku = ?", sku))
                .isEqualTo("0");
    }

    private static String publish(int units) {
        String sku = "W-" + ++skus;
        Instant now = Instant.now();
        Answer answer = cms.post(
                "/api/admin/promos",
                """
                {"publish":true,"name":"%s","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"%s",\
                "name":"An item","priceMinor":1999,"currency":"CNY","published":%d,"holdSeconds":1800,"quantityLimit":2,\
                "minLevel":0}]}"""
                        .formatted(sku, now, now.plus(Duration.ofHours(1)), sku, units));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(202);
        cms.rows("UPDATE promo_item SET epoch = 1 WHERE sku = ?", sku);
        return sku;
    }

    private static String body(String units, String reason, String id) {
        return "{\"units\":" + units + ",\"reason\":" + reason + ",\"requestID\":" + id + "}";
    }

    private static Answer withdraw(String sku, String body) {
        return cms.post("/api/admin/items/" + sku + "/withdraw", body);
    }

    private static Answer withdraw(String sku, int units, String id) {
        return withdraw(sku, body(Integer.toString(units), "\"damaged\"", "\"" + id + "\""));
    }

    /** What the backend writes down of Redis. */
    private static void judge(String sku, String verdict) {
        cms.rows(
                "UPDATE withdrawal w JOIN promo_item i ON i.id = w.promo_item_id SET w.verdict = ?, w.verdict_epoch = i.epoch"
                        + " WHERE w.state = 'ASKED' AND w.sku = ?",
                verdict,
                sku);
    }

    /** Of the SKU's one withdrawal, when it has ended. */
    private static String stateOf(String sku) {
        String query = "SELECT state FROM withdrawal WHERE sku = ?";
        Awaitility.await().until(() -> !cms.value(query, sku).equals("ASKED"));
        return cms.value(query, sku);
    }

    private static String itemId(String sku) {
        return cms.value("SELECT id FROM promo_item WHERE sku = ?", sku);
    }

    private static String counters(String sku) {
        return cms.value(
                "SELECT CONCAT(published, ' = ', available, ' + ', held, ' + ', sold, ', ', withdrawn, ' withdrawn')"
                        + " FROM promo_item WHERE sku = ?",
                sku);
    }

    private static List<String> lines(String sql, String parameter) {
        return cms.rows(sql + " ORDER BY id", parameter).stream()
                .map(row -> row.values().iterator().next())
                .toList();
    }

    private static List<String> audit(String sku) {
        return lines(
                "SELECT CONCAT(action, ' by ', actor, ': ', JSON_VALUE(detail, '$.reason')) FROM audit_log WHERE subject = ?",
                "item:" + itemId(sku));
    }
}
