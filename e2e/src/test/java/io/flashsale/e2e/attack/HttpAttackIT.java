package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.RawHttp;
import io.flashsale.e2e.client.RawHttp.Exchange;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-38, S-44, S-45, S-48, S-51, S-77: requests that are not what they seem. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpAttackIT {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Sale sale = new Sale("http", Terms.of("HTTP", 50).limit(50));
    private final Buyer buyer = sale.buyer();
    private final int port = sale.installation().port("EDGE");
    private final String order =
            "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(buyer.session(), sale.sku());

    @AfterAll
    void none_of_it_bought_anything() {
        try (sale) {
            assertThat(sale.stores().orders(sale.sku())).isEmpty();
            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND", "MKCOL", "MOVE", "LOCK", "CONNECT", "FOO"})
    void verbs_that_nobody_needs(String verb) {
        Exchange exchange = send(verb + " / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
        assertThat(exchange.status()).as(exchange.text()).isIn(400, 405, 501);
    }

    @Test
    void a_method_override_is_nothing() {
        Exchange exchange = send("GET /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nX-HTTP-Method-Override: POST\r\n\r\n");
        assertThat(exchange.status()).as(exchange.text()).isEqualTo(405);
    }

    @Test
    void a_second_request_inside_a_body_is_never_served() {
        String inner = "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                + order.length() + "\r\n\r\n" + order;
        for (String smuggling : List.of(
                // TE.CL and CL.TE
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                        + inner,
                // an encoding that hides
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
                        + inner,
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
                        + inner,
                // two lengths
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n" + inner,
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n" + inner,
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0x10\r\n\r\n" + inner,
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length : 0\r\n\r\n" + inner,
                // a chunk that is not one
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + inner,
                // GET and HEAD with a body (CVE-2024-33452)
                "HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + inner.length() + "\r\n\r\n" + inner,
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + inner.length() + "\r\n\r\n" + inner,
                "HEAD /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + inner.length() + "\r\n\r\n" + inner,
                "GET /api/orders/1-a HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + inner)) {
            Exchange exchange = send(smuggling);
            String what = smuggling.substring(0, smuggling.indexOf(inner)) + "\n=>\n" + exchange.text();
            assertThat(exchange.answers()).as(what).isLessThanOrEqualTo(1);
            assertThat(exchange.text()).as(what).doesNotContain("RESERVED");
            assertThat(exchange.status()).as(what).isGreaterThanOrEqualTo(400);
            assertThat(exchange.closed())
                    .as("the connection is closed: %s", what)
                    .isTrue();
        }
        assertThat(sale.stores().orders(sale.sku())).isEmpty();
    }

    @Test
    void two_hosts_or_none_are_refused_and_a_strange_host_is_never_repeated() {
        assertThat(send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status())
                .isEqualTo(400);
        assertThat(send("GET / HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
        Exchange strange = send("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertThat(strange.text()).doesNotContain("evil.example");
        Exchange absolute =
                send("GET http://evil.example/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        assertThat(absolute.text()).doesNotContain("evil.example");
    }

    @Test
    void a_hundred_megabytes_are_refused_at_once_and_chunks_without_end_too() {
        Exchange huge =
                send("POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 104857600\r\n\r\n" + "x".repeat(100));
        assertThat(huge.status()).as(huge.text()).isEqualTo(413);
        assertThat(huge.text()).contains("TOO_LARGE");
        String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
        Exchange chunks =
                send("POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(20));
        assertThat(chunks.status()).as(chunks.text()).isIn(400, 411, 413);
        assertThat(chunks.closed()).isTrue();
    }

    @Test
    void a_body_that_never_comes_is_given_up_on() {
        Instant start = Instant.now();
        Exchange slow = RawHttp.send(
                port,
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n{",
                Duration.ofSeconds(15));
        assertThat(slow.closed())
                .as("the connection is closed: %s", slow.text())
                .isTrue();
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(12));
    }

    @Test
    void a_compressed_body_is_not_unpacked() {
        Exchange gzip = send(
                "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                        + "Content-Length: 4\r\nConnection: close\r\n\r\n\u001f\u008b\b\0");
        assertThat(gzip.status()).as(gzip.text()).isIn(400, 415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/internal/orders", "/internal/stock/X", "/actuator/env", "/actuator/heapdump", "/.internal/orders",
                        "/%69nternal/status",
                "/api/../internal/status", "//internal/status", "/.error", "/.git/config", "/..%2f..%2fetc/passwd",
                        "/edge.settings",
                "/nginx_status", "/stub_status", "/api/admin/promos"
            })
    void what_is_internal_is_not_there(String path) {
        Exchange exchange = send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        assertThat(exchange.status()).as(exchange.text()).isIn(400, 403, 404, 405);
        assertThat(exchange.text()).doesNotContain("\"epoch\"", "root:", "lease");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/api/orders/x", "/api/items/NO-SUCH", "/api/promos/999999", "/api/cart", "/buy"})
    void errors_say_no_versions_no_traces_and_no_sql_and_carry_the_protecting_headers(String path) {
        Http.Answer answer = Http.send("GET", sale.installation().url("EDGE", path), null);
        assertThat(answer.status()).as("%s", answer).isGreaterThanOrEqualTo(400);
        assertThat(answer.body())
                .doesNotContainIgnoringCase("exception")
                .doesNotContain("at io.", "at org.", "SELECT ", "nginx/", "Tomcat", "Whitelabel", "mariadb");
        assertThat(answer.header("Server")).isIn(null, "nginx");
        assertThat(answer.header("X-Powered-By")).isNull();
        assertThat(answer.header("X-Content-Type-Options")).as("%s", path).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).as("%s", path).isEqualTo("DENY");
        assertThat(answer.header("Content-Security-Policy")).as("%s", path).contains("frame-ancestors 'none'");
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void a_cookie_is_not_enough_from_another_origin() {
        for (List<String> headers : List.of(
                List.of("Content-Type", "application/json", "Origin", "http://evil.example"),
                List.of("Content-Type", "application/json", "Origin", "null"),
                List.of("Content-Type", "text/plain", "Origin", "http://127.0.0.1:" + port),
                List.of("Content-Type", "application/x-www-form-urlencoded", "Origin", "http://127.0.0.1:" + port),
                List.of("Content-Type", "application/json", "Sec-Fetch-Site", "cross-site"))) {
            String body = "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sale.sku());
            List<String> all = new java.util.ArrayList<>(headers);
            all.addAll(List.of("Cookie", "session=" + buyer.session()));
            Http.Answer answer =
                    Http.send("POST", sale.installation().url("EDGE", "/buy"), body, all.toArray(String[]::new));
            assertThat(answer.text("code")).as("%s: %s", headers, answer).isEqualTo("UNAUTHENTICATED");
        }
    }

    private Exchange send(String request) {
        return RawHttp.send(port, request, PATIENCE);
    }
}
