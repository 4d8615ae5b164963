package io.flashsale.cms.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.contract.Code;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a page that looks at a promo is told, second by second. */
@Timeout(30)
class LiveIT {

    private static final JsonMapper JSON = new JsonMapper();

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor auditor;

    private static int promos;

    @BeforeAll
    static void start() {
        cms = Cms.start().carrying();
        auditor = Visitor.of(cms, "arno", "AUDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void it_begins_with_what_is_and_follows_each_change_within_two_seconds() {
        long promo = live();
        try (Stream<String> lines = follow(promo).body()) {
            Iterator<JsonNode> boards = boards(lines);
            JsonNode first = boards.next();
            assertThat(first.get("phase").asString()).isEqualTo("LIVE");
            assertThat(units(first)).isEqualTo("10 0 0 10");

            cms.post("/api/admin/items/LIVE-" + promos + "/topup", "{\"add\":5,\"requestID\":\"five\"}");
            assertThat(after(boards, Instant.now(), board -> units(board).equals("15 0 0 15")))
                    .isLessThan(Duration.ofSeconds(2));
            cms.post("/api/admin/promos/" + promo + "/pause");
            assertThat(after(boards, Instant.now(), board -> board.get("phase")
                            .asString()
                            .equals("PAUSED")))
                    .isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void it_has_what_buyers_heard_and_what_comes_back_within_a_minute() {
        long promo = live();
        String item = cms.value("SELECT id FROM promo_item WHERE promo_id = ?", promo);
        cms.rows(
                "INSERT INTO answer_count VALUES (?, 'one-0123456789abcdef', 'SOLD_OUT', 700), (?, 'two-0123456789abcdef', 'SOLD_OUT', 7),"
                        + " (?, 'one-0123456789abcdef', 'RESERVED', 3)",
                item,
                item,
                item);
        cms.rows("UPDATE promo_item SET available = 5, held = 5 WHERE id = ?", item);
        order(promo, item, "1-a" + promos, 2, 30);
        order(promo, item, "1-b" + promos, 3, 600);
        try (Stream<String> lines = follow(promo).body()) {
            JsonNode board = boards(lines).next();
            assertThat(board.get("answers").toString())
                    .isEqualTo("[{\"code\":\"SOLD_OUT\",\"total\":707},{\"code\":\"RESERVED\",\"total\":3}]");
            assertThat(board.get("expiring").asLong()).isEqualTo(2);
            assertThat(units(board)).isEqualTo("5 5 0 10");
        }
    }

    @Test
    void it_has_what_came_of_the_orders_and_what_is_not_on_the_books_yet() {
        long promo = live();
        String item = cms.value("SELECT id FROM promo_item WHERE promo_id = ?", promo);
        order(promo, item, "1-c" + promos, 1, 600);
        order(promo, item, "1-d" + promos, 1, 600);
        order(promo, item, "1-e" + promos, 1, 600);
        cms.rows("UPDATE orders SET state = 'PAID' WHERE id = ?", "1-c" + promos);
        cms.rows("UPDATE orders SET state = 'EXPIRED' WHERE id = ?", "1-d" + promos);
        String pulse = "REPLACE INTO queue_pulse VALUES (?, ?, ?, 4, ?, UTC_TIMESTAMP(3) - INTERVAL ? SECOND)";
        cms.rows("DELETE FROM queue_pulse");
        try (Stream<String> lines = follow(promo).body()) {
            Iterator<JsonNode> boards = boards(lines);
            JsonNode board = boards.next();
            assertThat(board.get("orders").toString()).isEqualTo("{\"placed\":3,\"paid\":1}");
            assertThat(board.get("queue").toString()).isEqualTo("{\"consumers\":0,\"behind\":0,\"oldestMs\":0}");
            cms.rows(pulse, "gone", 900, 4, 9_000, 60);
            cms.rows(pulse, "one", 7, 2, 40, -20);
            cms.rows(pulse, "two", 5, 2, 1_200, -20);
            after(
                    boards,
                    Instant.now(),
                    now -> now.get("queue").get("consumers").asInt() == 2);
            assertThat(boards.next().get("queue").toString())
                    .isEqualTo("{\"consumers\":2,\"behind\":12,\"oldestMs\":1200}");
            cms.rows(pulse, "two", null, 2, 0, -20);
            after(boards, Instant.now(), now -> now.get("queue").get("behind").isNull());
            cms.rows(pulse, "two", 6, 2, 0, -20);
            after(boards, Instant.now(), now -> now.get("queue").get("behind").asInt() == 13);
            // half of the queues are nobody's
            cms.rows("DELETE FROM queue_pulse WHERE node = 'two'");
            after(boards, Instant.now(), now -> now.get("queue").get("behind").isNull());
        }
    }

    @Test
    void who_is_not_logged_in_is_told_nothing() {
        long promo = live();
        assertThat(Visitor.location(new Visitor(cms).get("/promos/" + promo + "/live")))
                .isEqualTo("/login?next=%2Fpromos%2F" + promo + "%2Flive");
        assertThat(auditor.follow("/promos/999999/live").statusCode()).isEqualTo(404);
    }

    @Test
    void the_page_names_each_code_in_both_languages() {
        long promo = live();
        String english = auditor.get("/promos/" + promo).body();
        auditor.get("/?lang=zh-CN");
        String chinese = auditor.get("/promos/" + promo).body();
        auditor.get("/?lang=en");
        Arrays.stream(Code.values()).forEach(code -> assertThat(english).contains("data-code=\"" + code + "\""));
        assertThat(english).contains("data-src=\"/promos/" + promo + "/live\"").doesNotContain("??");
        assertThat(chinese).contains("已售罄").doesNotContain("??");
    }

    private static HttpResponse<Stream<String>> follow(long promo) {
        HttpResponse<Stream<String>> answer = auditor.follow("/promos/" + promo + "/live");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        return answer;
    }

    private static Iterator<JsonNode> boards(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("data:"))
                .map(line -> JSON.readTree(line.substring("data:".length())))
                .iterator();
    }

    /** How long it took until a board was as it should be. */
    private static Duration after(Iterator<JsonNode> boards, Instant since, Predicate<JsonNode> wanted) {
        while (!wanted.test(boards.next())) {
            assertThat(since).isAfter(Instant.now().minusSeconds(10));
        }
        return Duration.between(since, Instant.now());
    }

    private static String units(JsonNode board) {
        JsonNode item = board.get("items").get(0);
        int available = item.get("available").asInt();
        int held = item.get("held").asInt();
        int sold = item.get("sold").asInt();
        int published = item.get("published").asInt();
        assertThat(available + held + sold).isEqualTo(published);
        return available + " " + held + " " + sold + " " + published;
    }

    private static long live() {
        promos++;
        return cms.post(
                        "/api/admin/promos",
                        """
                        {"publish":true,"name":"Promo","opensAt":"%s","closesAt":"%s","items":[{"sku":"LIVE-%d",\
                        "name":"Thing","priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                .formatted(
                                        Instant.now().minusSeconds(5),
                                        Instant.now().plusSeconds(3600),
                                        promos))
                .body()
                .get("id")
                .asLong();
    }

    private static void order(long promo, String item, String id, int quantity, int seconds) {
        cms.rows(
                "INSERT INTO orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor, currency, promo_version,"
                        + " state, epoch, seq, created_at, pay_before, updated_at) VALUES (?, ?, ?, ?, ?, 1, ?, 100, 'CNY', 1,"
                        + " 'PENDING_PAYMENT', 1, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))",
                id,
                promo,
                item,
                "LIVE-" + promos,
                id,
                quantity,
                seconds);
    }
}
