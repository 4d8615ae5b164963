package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bad request has its documented code, names what is wrong, and changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private final Sale sale = new Sale("bad-input", Terms.of("BAD", 5).limit(3));
    private final Buyer buyer = sale.buyer();

    @BeforeAll
    void is_on_sale() {
        sale.shop().win(buyer, sale.sku(), 1, "proof");
    }

    @AfterAll
    void nothing_but_the_proof_came_of_it() {
        try (sale) {
            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
            assertThat(sale.stores().orders(sale.sku())).hasSize(1);
            assertThat(sale.stores().item(sale.sku()).available()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "1.5",
                "\"1\"",
                "1e9",
                "2147483648",
                "9223372036854775808",
                "NaN",
                "[1]",
                "{}",
                "null",
                "true",
                "101",
                "1e0",
                "+1",
                "01",
                ""
            })
    void a_quantity_that_is_none(String quantity) {
        Http.Answer answer = post(body("\"goodsQuantity\":" + quantity));
        assertRefused(answer, 400, "BAD_REQUEST");
    }

    @Test
    void a_missing_quantity() {
        Http.Answer answer = post(body("\"clientIP\":\"1.2.3.4\""));
        assertRefused(answer, 400, "BAD_REQUEST");
        assertThat(answer.body()).contains("goodsQuantity");
    }

    @Test
    void a_key_that_is_there_twice() {
        Http.Answer answer = post(body("\"goodsQuantity\":1,\"goodsQuantity\":2"));
        assertRefused(answer, 400, "BAD_REQUEST");
        assertThat(answer.body()).contains("goodsQuantity");
    }

    @Test
    void a_key_that_is_there_twice_by_escape() {
        assertRefused(post(body("\"goodsQuantity\":1,\"goods\\u0051uantity\":2")), 400, "BAD_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "",
                "[]",
                "1",
                "null",
                "{\"goodsSKU\":}",
                "{'goodsSKU':'x'}",
                "{} {}",
                "{\"a\":1}garbage",
                "{\"goodsSKU\":\"x\"",
                "\u0000",
                "{\"goodsSKU\":\"\\ud800\"}"
            })
    void a_body_that_is_no_object(String body) {
        Http.Answer answer = post(body);
        assertRefused(answer, 400, "BAD_REQUEST");
    }

    @Test
    void a_body_that_is_too_deep() {
        assertRefused(post(body("\"goodsQuantity\":1,\"x\":" + "[".repeat(500) + "]".repeat(500))), 400, "BAD_REQUEST");
    }

    @Test
    void a_body_over_four_kilobytes() {
        Http.Answer answer = post(body("\"goodsQuantity\":1,\"x\":\"" + "y".repeat(5000) + "\""));
        assertRefused(answer, 413, "TOO_LARGE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "goodsSKU|\"with space\"",
                "goodsSKU|7",
                "goodsSKU|\"\"",
                "goodsSKU|\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
                "goodsSKU|\"a:b\"",
                "goodsSKU|\"a}b\"",
                "goodsSKU|\"a\\u0000b\"",
                "requestID|\"a|b\"",
                "requestID|\"a:b\"",
                "requestID|5",
                "userID|\"x y\"",
                "userLevel|\"1\"",
                "sessionID|5",
            })
    void a_field_that_is_not_what_it_should_be(String field, String value) {
        String rest = field.equals("goodsSKU") ? "" : ",\"goodsSKU\":\"" + sale.sku() + "\"";
        String session = field.equals("sessionID") ? "" : ",\"sessionID\":\"" + buyer.session() + "\"";
        Http.Answer answer = post("{\"" + field + "\":" + value + ",\"goodsQuantity\":1" + rest + session + "}");
        assertRefused(answer, 400, "BAD_REQUEST");
        assertThat(answer.body()).contains(field);
    }

    @Test
    void an_unknown_sku() {
        String body = "{\"sessionID\":\"%s\",\"goodsSKU\":\"NO-SUCH\",\"goodsQuantity\":1}".formatted(buyer.session());
        assertRefused(post(body), 404, "UNKNOWN_SKU");
    }

    @Test
    void no_session_at_all() {
        String body = "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sale.sku());
        assertRefused(post(body), 401, "UNAUTHENTICATED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void another_method(String method) {
        Http.Answer answer = Http.send(method, sale.installation().url("EDGE", "/buy"), null);
        assertThat(answer.status()).isEqualTo(405);
        if (!method.equals("HEAD")) {
            assertThat(answer.text("code")).as(answer.body()).isEqualTo("METHOD_NOT_ALLOWED");
        }
    }

    private String body(String more) {
        return "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",%s}".formatted(buyer.session(), sale.sku(), more);
    }

    private Http.Answer post(String body) {
        return Http.send("POST", sale.installation().url("EDGE", "/buy"), body, "Content-Type", "application/json");
    }

    private static void assertRefused(Http.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.text("code")).as(answer.body()).isEqualTo(code);
        assertThat(answer.json().get("repResult").asBoolean()).isFalse();
        assertThat(answer.text("traceID")).isNotNull();
    }
}
