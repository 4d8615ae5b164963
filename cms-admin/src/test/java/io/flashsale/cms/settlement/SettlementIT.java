package io.flashsale.cms.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line under a promo, over books that were written as the other services write them. */
class SettlementIT {

    private Cms cms;
    private long promo;
    private long item;

    /** 10 units and 2 more, 3 of which were damaged; of them u1 bought 3 and returned 1, u2 cancelled, u3 was too late, u4 was refused. */
    @BeforeEach
    void aSaleThatIsOver() {
        cms = Cms.start();
        cms.rows("INSERT INTO promo (name, description, state, opens_at, closes_at, created_at, updated_at)"
                + " VALUES ('Sale', '', 'ENDED', '2026-11-01', '2026-11-02', '2026-10-01', '2026-11-02')");
        promo = Long.parseLong(cms.value("SELECT MAX(id) FROM promo"));
        cms.rows(
                "INSERT INTO promo_item (promo_id, sku, name, price_minor, currency, planned, published, available, held, sold,"
                        + " restocked, withdrawn, hold_seconds, epoch) VALUES (" + promo
                        + ", 'S1', 'Thing', 1999, 'CNY', 10, 9, 7, 0, 2, 1, 3, 1800, 1)");
        item = Long.parseLong(cms.value("SELECT MAX(id) FROM promo_item"));
        ledger("publish:1", null, "PUBLISHED", 10, 0, 0);
        ledger("topup:1", null, "TOPPED_UP", 2, 0, 0);
        ledger("withdraw:1", null, "WITHDRAWN", -3, 0, 0);
        order("1-a", "u1", 3, 1, "PAID", null);
        ledger("1-a:HELD", "1-a", "HELD", -3, 3, 0);
        ledger("1-a:PAID", "1-a", "PAID", 0, -3, 3);
        ledger("1-a-r1:RETURNED", "1-a", "RETURNED", 1, 0, -1);
        payment("1-a-1", 5997, "PAID");
        share("1-a-1", "1-a", 5997, "PAID");
        refund("1-a-r1", "1-a", "1-a-1", 1, 1999);
        order("1-b", "u2", 1, 0, "CANCELLED", "BUYER_CANCELLED");
        ledger("1-b:HELD", "1-b", "HELD", -1, 1, 0);
        ledger("1-b:CANCELLED", "1-b", "CANCELLED", 1, -1, 0);
        order("1-c", "u3", 1, 0, "EXPIRED", "HOLD_EXPIRED");
        ledger("1-c:HELD", "1-c", "HELD", -1, 1, 0);
        ledger("1-c:EXPIRED", "1-c", "EXPIRED", 1, -1, 0);
        payment("1-c-1", 1999, "PAID");
        share("1-c-1", "1-c", 1999, "REFUNDED");
        refund("1-c-r1", "1-c", "1-c-1", 0, 1999);
        order("1-d", "u4", 1, 0, "REJECTED", "SOLD_OUT");
    }

    @AfterEach
    void close() {
        cms.close();
    }

    private void ledger(String operation, @Nullable String order, String event, int available, int held, int sold) {
        cms.rows(
                "INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held,"
                        + " delta_sold, created_at) VALUES (?, ?, ?, 'S1', ?, ?, ?, ?, '2026-11-01 10:00:00.123')",
                operation,
                order,
                item,
                event,
                available,
                held,
                sold);
    }

    private void order(String id, String user, int units, int refunded, String state, @Nullable String reason) {
        cms.rows(
                "INSERT INTO orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, refunded, price_minor,"
                        + " currency, promo_version, state, reason, epoch, seq, created_at, pay_before, updated_at) VALUES"
                        + " (?, ?, ?, 'S1', ?, 1, ?, ?, 1999, 'CNY', 1, ?, ?, 1, 1, '2026-11-01 10:00:00.123',"
                        + " '2026-11-01 10:30:00', '2026-11-03 00:00:00')",
                id,
                promo,
                item,
                user,
                units,
                refunded,
                state,
                reason);
    }

    private void payment(String id, long received, String state) {
        cms.rows(
                "INSERT INTO payment (id, provider, amount_minor, currency, received_minor, state, created_at,"
                        + " updated_at, next_at) VALUES (?, 'sandbox', ?, 'CNY', ?, ?, '2026-11-01', '2026-11-01', '2026-11-01')",
                id,
                received,
                received,
                state);
    }

    private void share(String payment, String order, long amount, @Nullable String state) {
        cms.rows(
                "INSERT INTO payment_order (payment_id, order_id, amount_minor, state, updated_at)"
                        + " VALUES (?, ?, ?, ?, '2026-11-01')",
                payment,
                order,
                amount,
                state);
    }

    private void refund(String id, String order, String payment, int units, long amount) {
        cms.rows(
                "INSERT INTO refund (id, order_id, payment_id, quantity, restock, amount_minor, currency, reason, requested_by,"
                        + " request_id, state, created_at, updated_at, next_at) VALUES (?, ?, ?, ?, ?, ?, 'CNY', 'x', 'ann', ?, 'DONE',"
                        + " '2026-11-01', '2026-11-04 01:02:03.004', '2026-11-04')",
                id,
                order,
                payment,
                units,
                units > 0,
                amount,
                id);
    }

    private String path() {
        return "/api/admin/promos/" + promo + "/settlement";
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void units_orders_and_money_are_told_and_add_up() {
        var answer = cms.get(path());
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        assertThat(answer.body().get("differences")).isEmpty();
        assertThat(answer.body().get("settledAt").asString()).isEqualTo("2026-11-04T01:02:03.004Z");
        var first = answer.body().get("items").get(0);
        assertThat(first.get("units").toString())
                .isEqualTo("{\"published\":10,\"toppedUp\":2,\"withdrawn\":3,\"sold\":2,\"left\":7,\"returned\":1}");
        assertThat(first.get("money").toString())
                .isEqualTo("{\"ordered\":5997,\"refunded\":1999,\"net\":3998,\"givenBack\":1999}");
        assertThat(first.get("ordersByState").toString())
                .isEqualTo("{\"CANCELLED\":{\"orders\":1,\"units\":1},\"EXPIRED\":{\"orders\":1,\"units\":1},"
                        + "\"PAID\":{\"orders\":1,\"units\":3},\"REJECTED\":{\"orders\":1,\"units\":1}}");
        assertThat(first.get("rejected").toString()).isEqualTo("{\"SOLD_OUT\":1}");
    }

    @Test
    void of_a_payment_for_several_orders_only_the_shares_of_the_promo_count() {
        order("1-e", "u1", 2, 0, "PAID", null);
        ledger("1-e:HELD", "1-e", "HELD", -2, 2, 0);
        ledger("1-e:PAID", "1-e", "PAID", 0, -2, 2);
        cms.rows("UPDATE promo_item SET sold = 4, available = 5");
        payment("1-a-2", 9999, "PAID");
        share("1-a-2", "1-a", 5997, "REFUNDED");
        share("1-a-2", "1-e", 3998, "PAID");
        share("1-a-2", "2-elsewhere", 4, "LATE");
        refund("1-a-r2", "1-a", "1-a-2", 0, 5997);
        payment("1-b-1", 1, "REFUNDED");
        share("1-b-1", "1-b", 1999, null);
        refund("1-b-r1", "1-b", "1-b-1", 0, 1);
        var answer = cms.get(path());
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        assertThat(answer.body().get("differences")).isEmpty();
        assertThat(answer.body().get("items").get(0).get("money").toString())
                .isEqualTo("{\"ordered\":9995,\"refunded\":1999,\"net\":7996,\"givenBack\":7997}");
        assertThat(cms.text(path() + "/orders", "text/csv").body()).contains("1-e,S1,u1,2,0,PAID,,1999,CNY,3998,0,");
        cms.rows("UPDATE payment SET state = 'REFUND_DUE' WHERE id = '1-b-1'");
        assertThat(cms.get(path()).detail()).contains("1 payments must still");
    }

    @Test
    void anybody_can_check_the_hashes_and_the_same_books_give_the_same_report() throws Exception {
        String report = cms.get(path()).raw().body();
        int hash = report.lastIndexOf(",\"sha256\":\"");
        int answers = report.indexOf("\",\"answers\":{");
        assertThat(report.substring(hash + 11, answers)).isEqualTo(sha256(report.substring(0, hash) + "}"));
        assertThat(cms.get(path()).raw().body()).isEqualTo(report);

        var orders = cms.text(path() + "/orders", "text/csv");
        assertThat(orders.statusCode()).isEqualTo(200);
        assertThat(orders.body().lines())
                .hasSize(5)
                .contains("1-a,S1,u1,3,1,PAID,,1999,CNY,5997,1999,HELD+PAID+RETURNED,2026-11-01T10:00:00.123000Z,"
                        + "2026-11-03T00:00:00.000000Z");
        assertThat(report).contains("\"orders\":{\"rows\":4,\"sha256\":\"" + sha256(orders.body()) + "\"}");
    }

    @Test
    void what_buyers_were_told_is_summed_over_all_edges_and_is_no_part_of_what_is_hashed() {
        String before = cms.get(path()).body().get("sha256").asString();
        for (String row : new String[] {"'a-1', 'SOLD_OUT', 40", "'b-1', 'SOLD_OUT', 2", "'b-1', 'LIMIT_REACHED', 7"}) {
            cms.rows(
                    "INSERT INTO answer_count (promo_item_id, incarnation, code, total) VALUES (?, " + row + ")", item);
        }
        cms.rows("INSERT INTO answer_count VALUES (999, 'c-1', 'SOLD_OUT', 1000)");
        cms.rows("INSERT INTO edge_incarnation VALUES ('a-1', '2026-11-02 00:00:01.500')");
        var report = cms.get(path()).body();
        assertThat(report.get("sha256").asString()).isEqualTo(before);
        assertThat(report.get("answers").get("items").toString())
                .isEqualTo("[{\"id\":" + item + ",\"sku\":\"S1\",\"byCode\":{\"LIMIT_REACHED\":7,\"SOLD_OUT\":42}}]");
        assertThat(report.get("answers").get("edges").toString())
                .isEqualTo("[{\"incarnation\":\"a-1\",\"countedAt\":\"2026-11-02T00:00:01.500Z\"},"
                        + "{\"incarnation\":\"b-1\",\"countedAt\":null}]");
        assertThat(report.get("answers").get("note").asString())
                .contains("a statistic", "killed took its last seconds");
        assertThat(cms.text(path(), "text/html").body())
                .contains("What buyers were told", "Sold out</th><td>42</td>", "a-1 until 2026-11-02T00:00:01.500Z")
                .contains("b-1: not all of it is in yet")
                .doesNotContain("until null");
    }

    @Test
    void the_page_says_the_same_and_loads_nothing() {
        var page = cms.text(path(), "text/html");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'");
        assertThat(page.body())
                .contains("Every unit and all money is accounted for.", "CNY 39.98", "<td>1</td><td>3</td>")
                .contains("Withdrawn unsold</th><td>3</td>", "Offered</th><td>9</td>")
                .contains(cms.get(path()).body().get("sha256").asString())
                .doesNotContain("<script", "src=", " th:");
    }

    @Test
    void an_auditor_reads_it_takes_the_orders_along_and_hears_what_is_open() {
        Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
        String page = "/promos/" + promo;
        assertThat(auditor.get(page).body()).contains("data-testid=\"settlement\"", "data-testid=\"orders-csv\"");
        HttpResponse<String> report = auditor.get(page + "/settlement");
        assertThat(report.body())
                .contains("Every unit and all money is accounted for.")
                .contains(cms.get(path()).body().get("sha256").asString());
        assertThat(report.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'; style-src 'unsafe-inline'");
        assertThat(auditor.get(page + "/settlement?lang=zh").body())
                .contains(
                        "lang=\"zh\"",
                        "所有库存与款项均已核对无误。",
                        "<th scope=\"row\">未售撤回</th><td>3</td>",
                        "<th scope=\"row\">已付款</th>")
                .doesNotContain("Withdrawn", "accounted for", "??");
        auditor.get(page + "?lang=en");
        HttpResponse<String> orders = auditor.get(page + "/settlement/orders");
        assertThat(orders.headers().firstValue("Content-Disposition").orElse(""))
                .isEqualTo("attachment; filename=\"promo-" + promo + "-orders.csv\"");
        assertThat(orders.body())
                .startsWith("order,sku,user,units,")
                .isEqualTo(cms.text(path() + "/orders", "text/csv").body());

        cms.rows("UPDATE promo_item SET held = 1, available = 6");
        HttpResponse<String> open = auditor.get(page + "/settlement");
        assertThat(open.statusCode()).isEqualTo(409);
        assertThat(open.body()).contains("It is not settled yet.", "1 units are held of S1");
        assertThat(auditor.get("/promos/9999/settlement").statusCode()).isEqualTo(404);
        Visitor operator = Visitor.of(cms, "oleg", "OPERATOR");
        assertThat(operator.get(page).body()).doesNotContain("data-testid=\"settlement\"");
    }

    @Test
    void orders_are_found_by_number_buyer_and_sku_and_each_has_its_course() {
        cms.rows(
                "INSERT INTO payment_event (provider, event_id, payment_id, kind, amount_minor, currency, received_at, outcome)"
                        + " VALUES ('sandbox', 'e1', '1-a-1', 'SUCCEEDED', 5997, 'CNY', '2026-11-01 10:05:00', 'PAID')");
        cms.rows(
                "INSERT INTO promo_item (promo_id, sku, name, price_minor, currency, planned, published, available, hold_seconds)"
                        + " SELECT promo_id, sku, 'Not yet', price_minor, currency, 10, 0, 0, hold_seconds FROM promo_item");
        Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
        assertThat(auditor.get("/orders").body()).contains("Which orders?");
        assertThat(Visitor.location(auditor.get("/orders?word=+1-a+"))).isEqualTo("/orders/1-a");
        assertThat(auditor.get("/orders?word=u1").body())
                .contains("data-order=\"1-a\"", "CNY 59.97", "−1")
                .doesNotContain("data-order=\"1-b\"");
        assertThat(auditor.get("/orders?word=S1").body())
                .contains("data-order=\"1-a\"", "data-order=\"1-b\"", "data-order=\"1-c\"", "data-order=\"1-d\"");
        assertThat(auditor.get("/orders?word=S1&state=EXPIRED").body())
                .contains("data-order=\"1-c\"")
                .doesNotContain("data-order=\"1-a\"", "data-order=\"1-b\"");
        for (String unknown : new String[] {"nobody", "%E8%8C%B6", "%27+OR+1%3D1"}) {
            assertThat(auditor.get("/orders?word=" + unknown).body()).contains("There is no order");
        }

        String page = auditor.get("/orders/1-a").body();
        assertThat(Pattern.compile("data-what=\"([^\"]+)\"")
                        .matcher(page)
                        .results()
                        .map(found -> found.group(1)))
                .containsExactlyInAnyOrder(
                        "ledger.HELD",
                        "ledger.PAID",
                        "ledger.RETURNED",
                        "payment.asked",
                        "payment.SUCCEEDED",
                        "refund.asked",
                        "refund.DONE");
        assertThat(page).contains("The provider took the money", "CNY 59.97", "of them 1 refunded");
        assertThat(auditor.get("/orders/1-z").statusCode()).isEqualTo(404);
        assertThat(auditor.get("/orders/%E8%8C%B6").statusCode()).isEqualTo(404);
    }

    @Test
    void more_orders_than_a_page_holds_are_all_found() {
        for (int i = 0; i < 120; i++) {
            order("2-%03d".formatted(i), "many", 1, 0, i % 2 == 0 ? "PAID" : "CANCELLED", null);
        }
        Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
        assertThat(auditor.get("/orders?word=many").body()).contains("Only the newest 50 are shown.");
        var seen = new TreeSet<String>();
        String path = "/orders?word=S1";
        for (int pages = 1; !path.isEmpty(); pages++) {
            String page = auditor.get(path).body();
            Pattern.compile("data-order=\"([^\"]+)\"").matcher(page).results().forEach(found -> assertThat(
                            seen.add(found.group(1)))
                    .isTrue());
            var next = Pattern.compile("<a href=\"([^\"]*after=[^\"]*)\"").matcher(page);
            path = next.find() ? next.group(1).replace("&amp;", "&") : "";
            assertThat(pages).isLessThan(10);
        }
        assertThat(seen).hasSize(124);
    }

    @Test
    void what_a_spreadsheet_would_run_is_text_in_the_list_of_orders() {
        order("3-a", "-cmd", 1, 0, "CANCELLED", "=HYPERLINK(\"x\")");
        assertThat(cms.text(path() + "/orders", "text/csv").body()).contains(",-cmd,");
        Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
        assertThat(auditor.get("/promos/" + promo + "/settlement/orders").body())
                .contains(",'-cmd,", ",\"'=HYPERLINK(\"\"x\"\")\",")
                .doesNotContain(",-cmd", ",=HYPER", "\"=HYPER");
    }

    @Test
    void what_is_still_open_is_named() {
        cms.rows("UPDATE promo SET state = 'LIVE', closes_at = '2036-01-01'");
        cms.rows("UPDATE promo_item SET held = 1, available = 6");
        cms.rows(
                "INSERT INTO withdrawal (promo_item_id, sku, units, reason, requested_by, request_id, state, created_at,"
                        + " updated_at) SELECT id, sku, 1, 'x', 'ann', 'w', 'ASKED', '2026-11-01', '2026-11-01' FROM promo_item");
        cms.rows("UPDATE refund SET state = 'SENT' WHERE id = '1-a-r1'");
        cms.rows("UPDATE payment_order SET state = 'LATE' WHERE payment_id = '1-c-1'");
        var answer = cms.get(path());
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("NOT_SETTLED");
        assertThat(answer.detail())
                .contains("it is LIVE", "1 units are held of S1", "1 refunds are under way", "1 payments must still")
                .contains("1 withdrawals are under way of S1");
        assertThat(cms.get("/api/admin/promos/9999/settlement").code()).isEqualTo("UNKNOWN_PROMO");
        assertThat(cms.text("/api/admin/promos/9999/settlement/orders", "text/csv")
                        .statusCode())
                .isEqualTo(404);
        assertThat(cms.send(cms.anonymous(path()).GET()).status()).isEqualTo(401);
    }

    @Test
    void books_that_do_not_add_up_are_said_to() {
        cms.rows("DELETE FROM payment_order WHERE payment_id = '1-a-1'");
        cms.rows("UPDATE promo_item SET sold = 3, available = 6, withdrawn = 2");
        var answer = cms.get(path());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("differences").toString())
                .contains("sold by the item and by its ledger: 3 and 2")
                .contains("money for what was bought, and paid: 5997 and 0")
                .contains("left by the item and by its ledger: 6 and 7")
                .contains("withdrawn by the item and by its ledger: 2 and 3");
        assertThat(cms.text(path(), "text/html").body()).contains("The books do not add up");
    }
}
