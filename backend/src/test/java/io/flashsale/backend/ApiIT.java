package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What buyers, the edge and the operator's command hear from the backend. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private World world;
    private HttpServer orderConsumer;
    private BackendProcess backend;
    private World.Published item;
    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile int consumerStatus = 200;

    @BeforeAll
    void start() throws Exception {
        world = new World();
        orderConsumer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        orderConsumer.createContext("/internal/", exchange -> {
            String token = String.valueOf(exchange.getRequestHeaders().getFirst("X-Flashsale-Internal"));
            told.add(exchange.getRequestURI().getPath() + " "
                    + exchange.getRequestHeaders().getOrDefault("X-Sandbox-Signature", List.of())
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer =
                    "{\"orderID\":\"x\",\"state\":\"CANCELLED\",\"changed\":true}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(token.equals(World.INTERNAL_TOKEN) ? consumerStatus : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        orderConsumer.start();
        backend = world.start("flashsale.consumer-url=http://127.0.0.1:"
                + orderConsumer.getAddress().getPort());
        backend.awaitReady();
        world.accounts("b", 21);
        item = world.publish("API", 100, 5, 0);
        world.awaitSelling(item);
    }

    @AfterAll
    void stop() {
        world.close();
        orderConsumer.stop(0);
    }

    @BeforeEach
    void consumerIsThere() {
        told.clear();
        consumerStatus = 200;
        world.consumer.resume();
        world.awaitSelling(item); // the test before may have cost Redis its lease
    }

    private static String token(String userId) {
        return token(userId, "sid-" + userId, 60);
    }

    private static String token(String userId, String sid, int seconds) {
        try {
            var jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(),
                    new JWTClaimsSet.Builder()
                            .issuer("flashsale")
                            .audience("flashsale-buy")
                            .subject(userId)
                            .claim("lvl", 1)
                            .claim("sid", sid)
                            .expirationTime(Date.from(Instant.now().plusSeconds(seconds)))
                            .build());
            jwt.sign(new MACSigner(World.SESSION_KEY));
            return jwt.serialize();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void problem(BackendProcess.Answer answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.raw().headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body().path("code").asString()).isEqualTo(code);
        assertThat(answer.raw().body()).doesNotContain("Exception", "SELECT", "\tat ", "io.flashsale");
    }

    private String state(String orderId, String userId) {
        return backend.as(token(userId), "/api/orders/" + orderId)
                .body()
                .path("state")
                .asString();
    }

    // --- doors
    // ---------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/internal/orders",
                "/internal/changes",
                "/internal/status",
                "/internal/stock/API",
                "/internal/buyers",
                "/internal/nothing",
                "/internal/orders/x"
            })
    void internal_paths_open_to_no_token_and_not_to_a_wrong_one(String path) {
        problem(backend.get(path), 401, "UNAUTHENTICATED");
        problem(
                backend.send(backend.request(path)
                        .header("X-Flashsale-Internal", "wrong")
                        .header("X-Flashsale-Edge", "wrong")),
                401,
                "UNAUTHENTICATED");
    }

    @Test
    void one_doors_token_does_not_open_the_other() {
        problem(
                backend.send(backend.internal("/internal/orders").POST(BodyPublishers.ofString("[]"))),
                401,
                "UNAUTHENTICATED");
        problem(
                backend.send(backend.request("/internal/status").header("X-Flashsale-Edge", World.EDGE_TOKEN)),
                401,
                "UNAUTHENTICATED");
    }

    @Test
    void nothing_else_is_exposed() {
        for (String path :
                List.of("/actuator/env", "/actuator/prometheus", "/env", "/heapdump", "/health", "/prometheus")) {
            problem(backend.internalGet(path), 404, "NOT_FOUND");
        }
        problem(backend.get("/nothing"), 404, "NOT_FOUND");
        assertThat(backend.get("/metrics").raw().body())
                .contains(
                        "flashsale_backend_orders_total",
                        "flashsale_ready 1",
                        "flashsale_backend_order_seconds_bucket{le=\"0.05\"}",
                        "flashsale_queue_send_seconds_bucket{");
        assertThat(backend.get("/livez").status()).isEqualTo(200);
        assertThat(backend.get("/readyz").body().path("ready").asBoolean()).isTrue();
    }

    // --- intake
    // --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[",
                "[null]",
                "[1]",
                "[{}]",
                "[{\"orderID\":\"a\\\"b\",\"sku\":\"S\",\"promoItemID\":1,\"epoch\":1,\"userID\":\"u\",\"level\":1,\"quantity\":1}]",
                "[{\"orderID\":\"a\",\"sku\":\"S\",\"promoItemID\":1,\"epoch\":1,\"userID\":\"u\",\"level\":1,\"quantity\":0}]",
                "[{\"orderID\":\"a\",\"sku\":\"S\",\"promoItemID\":1,\"epoch\":1,\"userID\":\"u\",\"level\":1,\"quantity\":101}]",
                "[{\"orderID\":\"a\",\"sku\":\"S|\",\"promoItemID\":1,\"epoch\":1,\"userID\":\"u\",\"level\":1,\"quantity\":1}]"
            })
    void what_is_not_an_array_of_orders_is_a_bad_request(String body) {
        problem(
                backend.send(backend.request("/internal/orders")
                        .header("X-Flashsale-Edge", World.EDGE_TOKEN)
                        .POST(BodyPublishers.ofString(body))),
                400,
                "BAD_REQUEST");
    }

    @Test
    void orders_are_posted_within_bounds() {
        var answer = backend.send(backend.request("/internal/orders").header("X-Flashsale-Edge", World.EDGE_TOKEN));
        problem(answer, 405, "METHOD_NOT_ALLOWED");
        problem(
                backend.send(backend.request("/internal/orders")
                        .header("X-Flashsale-Edge", World.EDGE_TOKEN)
                        .POST(BodyPublishers.ofString(" ".repeat(600_000)))),
                413,
                "TOO_LARGE");
        assertThat(backend.submit(List.of())).isEmpty();
    }

    // --- orders
    // --------------------------------------------------------------------------------------------------------

    @Test
    void an_order_is_pending_then_queued_then_to_be_paid_and_never_anything_less_again() {
        world.consumer.pause();
        var attempt = world.take(item, "b8");
        assertThat(state(attempt.orderID(), "b8")).isEqualTo("PENDING");
        backend.reserve(attempt);
        var queued = backend.as(token("b8"), "/api/orders/" + attempt.orderID()).body();
        assertThat(queued.path("state").asString()).isEqualTo("QUEUED");
        assertThat(queued.path("priceMinor").asLong()).isEqualTo(1999);
        world.edge().flushall();
        var unknown = backend.as(token("b8"), "/api/orders/" + attempt.orderID());
        problem(unknown, 503, "BUSY");
        world.consumer.resume();
        world.awaitSelling(item);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> state(attempt.orderID(), "b8")
                .equals("PENDING_PAYMENT"));
        var order = backend.as(token("b8"), "/api/orders/" + attempt.orderID()).body();
        assertThat(order.path("orderID").asString()).isEqualTo(attempt.orderID());
        assertThat(order.path("sku").asString()).isEqualTo("API");
        assertThat(Instant.parse(order.path("payBefore").asString()))
                .isEqualTo(Instant.ofEpochMilli(attempt.payBefore()));
        var cart = backend.as(token("b8"), "/api/cart").body().path("orders");
        assertThat(cart.size()).isEqualTo(1);
        assertThat(cart.get(0).path("orderID").asString()).isEqualTo(attempt.orderID());
    }

    @Test
    void a_refused_order_says_its_code() {
        var attempt = world.take(item, "ghost");
        assertThat(backend.submit(attempt)).isEqualTo("NOT_ELIGIBLE");
        var refused =
                backend.as(token("ghost"), "/api/orders/" + attempt.orderID()).body();
        assertThat(refused.path("state").asString()).isEqualTo("REFUSED");
        assertThat(refused.path("code").asString()).isEqualTo("NOT_ELIGIBLE");
    }

    @Test
    void another_buyers_order_is_answered_like_none_in_every_state() {
        world.consumer.pause();
        var attempt = world.take(item, "b2");
        problem(backend.as(token("b3"), "/api/orders/" + attempt.orderID()), 404, "UNKNOWN_ORDER");
        backend.submit(attempt);
        problem(backend.as(token("b3"), "/api/orders/" + attempt.orderID()), 404, "UNKNOWN_ORDER");
        problem(delete(attempt.orderID(), "b3"), 404, "UNKNOWN_ORDER");
        world.consumer.resume();
        Awaitility.await().until(() -> state(attempt.orderID(), "b2").equals("PENDING_PAYMENT"));
        problem(backend.as(token("b3"), "/api/orders/" + attempt.orderID()), 404, "UNKNOWN_ORDER");
        problem(delete(attempt.orderID(), "b3"), 404, "UNKNOWN_ORDER");
        assertThat(told).isEmpty();
    }

    @Test
    void an_id_that_nobody_knows_is_pending_while_it_may_still_come_and_then_nothing() {
        // the test before may have stopped Redis: 503 until its connections are back
        Awaitility.await()
                .until(() -> state(OrderId.of(item.id(), Instant.now(), 1).text(), "b1")
                        .equals("PENDING"));
        String fresh = OrderId.of(item.id(), Instant.now(), 1).text();
        problem(delete(fresh, "b1"), 503, "BUSY");
        String old = OrderId.of(item.id(), Instant.now().minusSeconds(4), 1).text();
        problem(backend.as(token("b1"), "/api/orders/" + old), 404, "UNKNOWN_ORDER");
        problem(
                backend.as(
                        token("b1"),
                        "/api/orders/" + OrderId.of(1, Instant.now(), 1).text()),
                404,
                "UNKNOWN_ORDER");
        problem(backend.as(token("b1"), "/api/orders/NOT-an-id"), 404, "UNKNOWN_ORDER");
    }

    @Test
    void without_a_valid_session_nobody_reads() throws Exception {
        String path = "/api/orders/" + OrderId.of(item.id(), Instant.now(), 1).text();
        problem(backend.get(path), 401, "UNAUTHENTICATED");
        problem(backend.as(token("b1", "s", -1), path), 401, "UNAUTHENTICATED");
        problem(backend.as(token("b1").replaceAll(".$", "!"), path), 401, "UNAUTHENTICATED");
        problem(backend.get("/api/cart"), 401, "UNAUTHENTICATED");
        world.edge().hset("fs:blacklist:session", "revoked", "0");
        problem(backend.as(token("b1", "revoked", 60), path), 401, "UNAUTHENTICATED");
        assertThat(backend.send(backend.request(path).header("Cookie", "session=" + token("b1")))
                        .status())
                .isEqualTo(200);
    }

    // --- payment

    private BackendProcess.Answer pay(String orderId, String userId) {
        return backend.send(backend.request("/api/orders/" + orderId + "/payment")
                .header("Authorization", "Bearer " + token(userId))
                .POST(BodyPublishers.noBody()));
    }

    private String placed(String userId) {
        var attempt = world.take(item, userId);
        backend.submit(attempt);
        Awaitility.await().until(() -> state(attempt.orderID(), userId).equals("PENDING_PAYMENT"));
        return attempt.orderID();
    }

    @Test
    void a_payment_of_an_order_without_a_row_carries_its_reservation() {
        world.consumer.pause();
        var attempt = world.take(item, "b10");
        assertThat(pay(attempt.orderID(), "b10").status()).isEqualTo(200);
        assertThat(told).singleElement().asString().startsWith("/internal/payments []{");
        assertThat(told.get(0)).contains("\"orderId\":\"" + attempt.orderID() + "\"");
    }

    private BackendProcess.Answer changes(String buyers) {
        return backend.send(backend.request("/internal/changes")
                .header("X-Flashsale-Edge", World.EDGE_TOKEN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(buyers)));
    }

    @Test
    void an_edge_is_told_whose_orders_have_changed_and_nothing_of_them() {
        String order = placed("b13");
        var first = changes("[\"b13\",\"nobody-13\"]").body();
        assertThat(first.has("nobody-13")).isFalse();
        assertThat(first.get("b13").asString()).matches("\\d+-\\d{13}");
        assertThat(changes("[\"b13\"]").body()).as("nothing has changed").isEqualTo(first);
        world.sql("UPDATE orders SET state = 'PAID', updated_at = updated_at + INTERVAL 1 SECOND WHERE id = '" + order
                + "'");
        var second = changes("[\"b13\"]").body();
        assertThat(second.get("b13")).isNotEqualTo(first.get("b13"));
        placed("b13");
        assertThat(changes("[\"b13\"]").body().get("b13")).isNotEqualTo(second.get("b13"));
        assertThat(changes("[]").status()).isEqualTo(200);
        for (String bad : List.of("[\"b'13\"]", "[null]", "{}", "[" + "\"x\",".repeat(1000) + "\"x\"]")) {
            problem(changes(bad), 400, "BAD_REQUEST");
        }
    }

    @Test
    void anothers_order_and_one_that_was_refused_are_not_to_be_paid() {
        String order = placed("b11");
        problem(pay(order, "b12"), 404, "UNKNOWN_ORDER");
        var refused = world.take(item, "ghost3");
        backend.submit(refused);
        problem(pay(refused.orderID(), "ghost3"), 409, "REFUSED");
        assertThat(told).isEmpty();
        assertThat(pay(order, "b11").status()).isEqualTo(200);
        consumerStatus = 500;
        problem(pay(order, "b11"), 503, "BUSY");
    }

    @Test
    void who_was_blacklisted_or_banned_since_may_not_pay() {
        String blacklisted = placed("b13");
        String banned = placed("b14");
        world.sql("INSERT INTO blacklist_entry (kind, value, reason, source, created_at)"
                + " VALUES ('account', 'b13', 'test', 'test', UTC_TIMESTAMP(3))");
        world.sql("UPDATE buyer SET state = 'BANNED' WHERE user_id = 'b14'");
        problem(pay(blacklisted, "b13"), 403, "BLACKLISTED");
        problem(pay(banned, "b14"), 403, "BLACKLISTED");
        assertThat(told).isEmpty();
        world.sql("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL WHERE value = 'b13'");
        assertThat(pay(blacklisted, "b13").status()).isEqualTo(200);
    }

    @Test
    void whom_a_rule_keeps_out_for_a_while_may_pay_what_they_have() {
        String order = placed("b21");
        world.sql("INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at)"
                + " VALUES ('account', 'b21', 'test', 'rule:account-requests', UTC_TIMESTAMP(3) + INTERVAL 1 HOUR,"
                + " UTC_TIMESTAMP(3))");
        assertThat(pay(order, "b21").status()).isEqualTo(200);
    }

    @Test
    void more_than_twenty_payments_in_a_minute_are_too_many() {
        String order = placed("b15");
        for (int i = 1; i <= 20; i++) {
            assertThat(pay(order, "b15").status()).isEqualTo(200);
            world.sql(
                    "INSERT INTO payment (id, provider, amount_minor, currency, state, created_at, updated_at, next_at)"
                            + " VALUES ('" + order + "-" + i
                            + "', 'sandbox', 1, 'CNY', 'FAILED', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
            share(order + "-" + i, order, null);
        }
        problem(pay(order, "b15"), 429, "THROTTLED");
        problem(payTogether("b15", "[\"" + order + "\"]"), 429, "THROTTLED");
        world.sql("UPDATE payment SET created_at = created_at - INTERVAL 61 SECOND WHERE id LIKE '" + order + "-%'");
        assertThat(pay(order, "b15").status()).isEqualTo(200);
    }

    private void share(String payment, String order, @Nullable String state) {
        world.sql("INSERT INTO payment_order (payment_id, order_id, amount_minor, state, updated_at) VALUES ('"
                + payment + "', '" + order + "', 1, " + (state == null ? "NULL" : "'" + state + "'")
                + ", UTC_TIMESTAMP(3))");
    }

    private BackendProcess.Answer payTogether(String userId, String orderIds) {
        return backend.send(backend.request("/api/cart/payment")
                .header("Authorization", "Bearer " + token(userId))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"orderIDs\":" + orderIds + "}")));
    }

    @Test
    void several_orders_are_paid_together_the_one_without_a_row_with_its_reservation() {
        String placed = placed("b16");
        world.consumer.pause();
        var attempt = world.take(item, "b16");
        backend.submit(attempt);
        var answer = payTogether("b16", "[\"%s\",\"%s\"]".formatted(placed, attempt.orderID()));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("/internal/payments []{\"userID\":\"b16\",\"orders\":[{\"orderID\":\"" + placed
                        + "\",\"reservation\":null},{\"orderID\":\"" + attempt.orderID()
                        + "\",\"reservation\":{");
    }

    @Test
    void what_cannot_be_paid_together_is_named_and_goes_no_further() {
        String order = placed("b17");
        String anothers = placed("b18");
        var refused = world.take(item, "ghost4");
        backend.submit(refused);
        for (String orders : List.of(
                "null",
                "[]",
                "[null]",
                "\"" + order + "\"",
                "[\"" + order + "\",\"" + order + "\"]",
                "[\"" + order + "\"," + twenty() + "]")) {
            problem(payTogether("b17", orders), 400, "BAD_REQUEST");
        }
        for (String unknown : List.of(anothers, "no id", "1-a")) {
            var answer = payTogether("b17", "[\"%s\",\"%s\"]".formatted(order, unknown));
            problem(answer, 404, "UNKNOWN_ORDER");
            assertThat(answer.body().path("orderID").asString()).isEqualTo(unknown);
        }
        var ghost = payTogether("ghost4", "[\"" + refused.orderID() + "\"]");
        problem(ghost, 409, "REFUSED");
        assertThat(ghost.body().path("orderID").asString()).isEqualTo(refused.orderID());
        assertThat(told).isEmpty();
    }

    private static String twenty() {
        return IntStream.range(0, 20).mapToObj(i -> "\"1-x" + i + "\"").collect(Collectors.joining(","));
    }

    @Test
    void paying_together_is_for_a_session_of_our_own_pages_in_good_standing() {
        String order = placed("b19");
        String body = "{\"orderIDs\":[\"" + order + "\"]}";
        problem(
                backend.send(backend.request("/api/cart/payment")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))),
                401,
                "UNAUTHENTICATED");
        var lured = backend.request("/api/cart/payment")
                .header("Cookie", "session=" + token("b19"))
                .header("Origin", "https://evil.example")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        problem(backend.send(lured), 400, "BAD_REQUEST");
        var form = backend.request("/api/cart/payment")
                .header("Cookie", "session=" + token("b19"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(body));
        assertThat(backend.send(form).status()).isIn(400, 415);
        world.sql("INSERT INTO blacklist_entry (kind, value, reason, source, created_at)"
                + " VALUES ('account', 'b19', 'test', 'test', UTC_TIMESTAMP(3))");
        problem(payTogether("b19", "[\"" + order + "\"]"), 403, "BLACKLISTED");
        assertThat(told).isEmpty();
        world.sql("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL WHERE value = 'b19'");
        assertThat(payTogether("b19", "[\"" + order + "\"]").status()).isEqualTo(200);
    }

    @Test
    void an_order_says_what_came_of_the_payment_whose_money_came() {
        String order = placed("b20");
        String select = "/api/orders/" + order;
        for (int i = 1; i <= 3; i++) {
            world.sql(
                    "INSERT INTO payment (id, provider, amount_minor, currency, state, created_at, updated_at, next_at)"
                            + " VALUES ('" + order + "-" + i + "', 'sandbox', 1, 'CNY', '"
                            + List.of("PAID", "CREATED", "FAILED").get(i - 1)
                            + "', UTC_TIMESTAMP(3) + INTERVAL " + i
                            + " SECOND, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
            share(order + "-" + i, order, i == 1 ? "LATE" : null);
        }
        assertThat(backend.as(token("b20"), select).body().path("payment").asString())
                .isEqualTo("LATE");
        world.sql("DELETE FROM payment_order WHERE payment_id = '" + order + "-1'");
        assertThat(backend.as(token("b20"), select).body().path("payment").asString())
                .isEqualTo("CREATED");
    }

    @Test
    void the_cart_shows_every_open_reservation_with_its_deadline_before_what_was_paid() {
        world.accounts("cart", 1);
        var another = world.publish("API2", 10, 5, 0);
        world.awaitSelling(another);
        String first = placed("cart1");
        var attempt = world.take(another, "cart1");
        backend.submit(attempt);
        Awaitility.await().until(() -> state(attempt.orderID(), "cart1").equals("PENDING_PAYMENT"));
        world.pay(another.id(), attempt.orderID());
        String last = placed("cart1");
        var cart = backend.as(token("cart1"), "/api/cart").body();
        assertThat(cart.path("orders"))
                .extracting(order -> order.path("orderID").asString())
                .containsExactly(last, first, attempt.orderID());
        Instant now = Instant.parse(cart.path("now").asString());
        for (int i = 0; i < 2; i++) {
            assertThat(Instant.parse(
                            cart.path("orders").get(i).path("payBefore").asString()))
                    .isAfter(now);
        }
    }

    @Test
    void an_event_without_the_form_of_a_signature_goes_no_further() {
        for (String signature : List.of("none", "t=1,v1=ab", "t=,v1=" + "ab".repeat(32))) {
            problem(
                    backend.send(backend.request("/api/payments/events/sandbox")
                            .header("X-Sandbox-Signature", signature)
                            .POST(BodyPublishers.ofString("{}"))),
                    403,
                    "FORGED");
        }
        assertThat(told).isEmpty();
    }

    @Test
    void a_providers_event_is_handed_on_as_it_came() {
        String signature = "t=1,v1=" + "ab".repeat(32);
        var answer = backend.send(backend.request("/api/payments/events/sandbox")
                .header("Content-Type", "application/json")
                .header("X-Sandbox-Signature", signature)
                .POST(BodyPublishers.ofString("{\"id\" :1}")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(told).containsExactly("/internal/payments/events/sandbox [" + signature + "]{\"id\" :1}");
    }

    // --- cancel
    // --------------------------------------------------------------------------------------------------------

    private BackendProcess.Answer delete(String orderId, String userId) {
        return backend.send(backend.request("/api/cart/" + orderId)
                .header("Authorization", "Bearer " + token(userId))
                .DELETE());
    }

    @Test
    void a_cancellation_of_an_order_without_a_row_carries_its_reservation() {
        world.consumer.pause();
        var attempt = world.take(item, "b4"); // not even decided
        var answer = delete(attempt.orderID(), "b4");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("state").asString()).isEqualTo("CANCELLED");
        assertThat(told).hasSize(1);
        String sent = told.get(0);
        assertThat(sent).startsWith("/internal/orders/" + attempt.orderID() + "/cancel []{");
        JsonNode body = JSON.readTree(sent.substring(sent.indexOf('{')));
        assertThat(body.path("userID").asString()).isEqualTo("b4");
        var reservation = (OrderPlaced) OrderMessage.decode(JSON.writeValueAsBytes(body.path("reservation")));
        assertThat(reservation.orderId()).isEqualTo(attempt.orderID());
        assertThat(reservation.epoch()).isEqualTo(attempt.epoch());
    }

    @Test
    void a_cancellation_of_a_row_carries_none() {
        var attempt = world.take(item, "b5");
        backend.submit(attempt);
        Awaitility.await().until(() -> state(attempt.orderID(), "b5").equals("PENDING_PAYMENT"));
        assertThat(delete(attempt.orderID(), "b5").status()).isEqualTo(200);
        assertThat(told.get(0)).contains("\"reservation\":null");
    }

    @Test
    void a_refused_order_cannot_be_cancelled() {
        var attempt = world.take(item, "ghost2");
        backend.submit(attempt);
        problem(delete(attempt.orderID(), "ghost2"), 409, "REFUSED");
    }

    @Test
    void a_consumer_that_fails_is_busy_and_says_no_more() {
        var attempt = world.take(item, "b6");
        backend.submit(attempt);
        consumerStatus = 500;
        problem(delete(attempt.orderID(), "b6"), 503, "BUSY");
    }

    @Test
    void a_cookies_cancellation_must_come_from_the_same_origin() {
        var attempt = world.take(item, "b7");
        backend.submit(attempt);
        var elsewhere = backend.request("/api/cart/" + attempt.orderID())
                .header("Cookie", "session=" + token("b7"))
                .header("Origin", "https://evil.example")
                .DELETE();
        problem(backend.send(elsewhere), 400, "BAD_REQUEST");
        var lured = backend.request("/api/cart/" + attempt.orderID())
                .header("Cookie", "session=" + token("b7"))
                .header("Sec-Fetch-Site", "cross-site")
                .DELETE();
        problem(backend.send(lured), 400, "BAD_REQUEST");
        assertThat(told).isEmpty();
        var ours = backend.request("/api/cart/" + attempt.orderID())
                .header("Cookie", "session=" + token("b7"))
                .header("Origin", "http://127.0.0.1:" + backend.port())
                .DELETE();
        assertThat(backend.send(ours).status()).isEqualTo(200);
    }

    // --- accounts
    // ------------------------------------------------------------------------------------------------------

    @Test
    void buyers_come_as_csv_with_sessions_that_work_and_are_the_same_accounts_each_time() {
        var first = backend.internalPost("/internal/buyers", "{\"count\":2500,\"level\":3,\"prefix\":\"load-\"}");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.raw().headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        List<String> lines = first.raw().body().lines().toList();
        assertThat(lines).hasSize(2501);
        assertThat(lines.get(0)).isEqualTo("userID,userLevel,sessionID");
        String[] last = lines.get(2500).split(",");
        assertThat(last[0]).isEqualTo("load-2500");
        assertThat(last[1]).isEqualTo("3");
        assertThat(backend.as(last[2], "/api/cart").status()).isEqualTo(200);
        assertThat(backend.internalPost("/internal/buyers", "{\"count\":3,\"level\":4,\"prefix\":\"load-\"}")
                        .status())
                .isEqualTo(200);
        assertThat(world.number("SELECT COUNT(*) FROM buyer WHERE user_id LIKE 'load-%'"))
                .isEqualTo(2500);
        assertThat(world.number("SELECT level FROM buyer WHERE user_id = 'load-3'"))
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\":0}",
                "{\"count\":-1}",
                "{\"count\":1.5}",
                "{\"count\":9999999}",
                "{\"count\":1,\"level\":-1}",
                "{\"count\":1,\"prefix\":\"a b\"}",
                "rubbish"
            })
    void buyers_are_ordered_within_bounds(String body) {
        problem(backend.internalPost("/internal/buyers", body), 400, "BAD_REQUEST");
    }

    @Test
    void a_demo_session_is_a_new_buyer_who_may_buy() {
        var answer = backend.send(backend.request("/api/demo-session").POST(BodyPublishers.noBody()));
        assertThat(answer.status()).isEqualTo(200);
        String userId = answer.body().path("userID").asString();
        assertThat(userId).startsWith("demo-");
        String cookie = answer.raw().headers().firstValue("Set-Cookie").orElse("");
        assertThat(cookie)
                .startsWith("session=" + answer.body().path("sessionID").asString())
                .contains("HttpOnly", "SameSite=Lax", "Path=/")
                .doesNotContain("Secure");
        backend.reserve(world.take(item, userId));
        problem(backend.get("/api/demo-session"), 405, "METHOD_NOT_ALLOWED");
    }

    // --- items and stock
    // -----------------------------------------------------------------------------------------------

    @Test
    void an_item_is_shown_with_what_is_left_of_it() {
        var shown = backend.get("/api/items/API").body();
        assertThat(shown.path("priceMinor").asLong()).isEqualTo(1999);
        assertThat(shown.path("state").asString()).isEqualTo("LIVE");
        assertThat(shown.path("available").asLong()).isBetween(1L, 100L);
        assertThat(shown.path("now").asLong()).isPositive();
        problem(backend.get("/api/items/NOPE"), 404, "UNKNOWN_SKU");
        problem(backend.get("/api/items/version"), 404, "UNKNOWN_SKU");
    }

    @Test
    void what_an_item_costs_otherwise_is_told_where_somebody_said() {
        assertThat(backend.get("/api/items/API").body().has("listPriceMinor")).isFalse();
        world.publish("API-LIST", 5);
        world.sql("UPDATE promo_item SET list_price_minor = 2999 WHERE sku = 'API-LIST'");
        Awaitility.await("the catalogue has it")
                .until(() -> backend.get("/api/items/API-LIST")
                                .body()
                                .path("listPriceMinor")
                                .asLong(0)
                        == 2999);
    }

    @Test
    void a_picture_is_told_of_once_shoppers_can_fetch_it() {
        assertThat(backend.get("/api/items/API").body().has("image")).isFalse();
        world.publish("API-PICTURE", 5);
        world.sql("INSERT INTO image (name, widths, alt_zh, alt_en, uploaded_by, uploaded_at)"
                + " VALUES (REPEAT('5f', 16), '320,640', '茶壶', 'A teapot', 'edith', UTC_TIMESTAMP(3))");
        world.sql("UPDATE promo_item SET list_price_minor = 2999, image_id = (SELECT MAX(id) FROM image)"
                + " WHERE sku = 'API-PICTURE'");
        Awaitility.await("the catalogue is newer")
                .until(() -> backend.get("/api/items/API-PICTURE").body().has("listPriceMinor"));
        assertThat(backend.get("/api/items/API-PICTURE").body().has("image")).isFalse();
        world.sql("UPDATE image SET published_at = UTC_TIMESTAMP(3)");
        Awaitility.await("the catalogue has it")
                .until(() -> backend.get("/api/items/API-PICTURE").body().has("image"));
        world.sql("UPDATE promo SET text_name = REPEAT('7e', 16) WHERE id ="
                + " (SELECT promo_id FROM promo_item WHERE sku = 'API-PICTURE')");
        Awaitility.await("the catalogue tells of the text").until(() -> world.edge()
                .hget("fs:catalog", "API-PICTURE")
                .contains("\"promoText\":\"/media/%s.json\"".formatted("7e".repeat(16))));
        assertThat(backend.get("/api/items/API-PICTURE").body().get("image").toString())
                .isEqualTo("{\"path\":\"/media/%s\",\"widths\":[320,640],\"alt\":{\"zh\":\"茶壶\",\"en\":\"A teapot\"}}"
                        .formatted("5f".repeat(16)));
    }

    @Test
    void an_item_for_eligible_levels_is_not_there_for_others() {
        var secret = world.publish("API-SECRET", 5, null, 1);
        world.awaitSelling(secret);
        problem(backend.get("/api/items/API-SECRET"), 404, "UNKNOWN_SKU");
        assertThat(backend.as(token("b1"), "/api/items/API-SECRET").status()).isEqualTo(200);
    }

    @Test
    void an_item_for_a_list_is_there_for_who_is_on_it() {
        var own = world.publishTo(List.of("b1"), "API-GUESTS", 5);
        world.awaitSelling(own);
        problem(backend.get("/api/items/API-GUESTS"), 404, "UNKNOWN_SKU");
        problem(backend.as(token("b2"), "/api/items/API-GUESTS"), 404, "UNKNOWN_SKU");
        assertThat(backend.as(token("b1"), "/api/items/API-GUESTS").status()).isEqualTo(200);
        assertThat(world.edge().hget("fs:catalog", "API-GUESTS")).contains("\"public\":false", "\"byList\":true");
        assertThat(world.edge().hget("fs:catalog", "API")).doesNotContain("byList");
    }

    @Test
    void a_preview_is_there_for_who_has_its_link_until_it_ends() {
        String token = "a-link-of-forty-three-letters_0123456789-ABC".substring(0, 43);
        problem(backend.get("/api/previews/" + token), 404, "UNKNOWN_PREVIEW");
        world.sql("INSERT INTO preview (token_hash, name, document, made_by, made_at, ends_at) VALUES (SHA2('" + token
                + "', 256), 'Tea', '{\"id\":7,\"items\":[]}', 'edith', UTC_TIMESTAMP(3),"
                + " UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)");
        var shown = backend.get("/api/previews/" + token);
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body().path("promo").path("id").asInt()).isEqualTo(7);
        assertThat(shown.body().path("ends").asLong() - shown.body().path("now").asLong())
                .isBetween(3_500_000L, 3_600_000L);
        problem(backend.get("/api/previews/" + token.toUpperCase(java.util.Locale.ROOT)), 404, "UNKNOWN_PREVIEW");
        problem(backend.get("/api/previews/x"), 404, "UNKNOWN_PREVIEW");
        world.sql("UPDATE preview SET ends_at = UTC_TIMESTAMP(3)");
        problem(backend.get("/api/previews/" + token), 404, "UNKNOWN_PREVIEW");
    }

    @Test
    void stock_is_consistent_when_nothing_is_under_way() {
        var own = world.publish("API-STOCK", 10);
        world.awaitSelling(own);
        backend.submit(List.of(world.take(own, "b1"), world.take(own, "b2")));
        world.assertEqual(own);
        var stock = backend.internalGet("/internal/stock/API-STOCK").body();
        assertThat(stock.path("consistent").asBoolean()).isTrue();
        assertThat(stock.path("available").asLong()).isEqualTo(8);
        assertThat(stock.path("redis").path("held").asLong()).isEqualTo(2);
        world.consumer.pause();
        backend.submit(world.take(own, "b3"));
        assertThat(backend.internalGet("/internal/stock/API-STOCK")
                        .body()
                        .path("consistent")
                        .asBoolean())
                .isFalse();
        problem(backend.internalGet("/internal/stock/NOPE"), 404, "UNKNOWN_SKU");
    }

    @Test
    void the_status_names_lease_items_relay_and_breaker() {
        var status = backend.internalGet("/internal/status").body();
        assertThat(status.path("ready").asBoolean()).isTrue();
        assertThat(status.path("breaker").asString()).isEqualTo("CLOSED");
        assertThat(status.path("leaseForMs").asLong()).isBetween(1L, 5000L);
        assertThat(status.path("relay").path("sinceLastRoundMs").asLong()).isLessThan(5000);
        var skus = new java.util.HashSet<String>();
        status.path("items").forEach(each -> skus.add(each.path("sku").asString()));
        assertThat(skus).containsAll(Set.of("API"));
    }

    @Test
    void a_store_that_is_away_is_busy_in_every_answer() {
        var attempt = world.take(item, "b9");
        backend.reserve(attempt);
        world.redis.freeze();
        try {
            problem(backend.as(token("b9"), "/api/orders/" + attempt.orderID()), 503, "BUSY");
            problem(delete(attempt.orderID(), "b9"), 503, "BUSY");
            Awaitility.await().until(() -> backend.get("/readyz").status() == 503);
            assertThat(backend.submit(attempt)).isEqualTo("PENDING");
        } finally {
            world.redis.thaw();
        }
        backend.awaitReady();
        world.awaitSelling(item);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> state(attempt.orderID(), "b9")
                .equals("PENDING_PAYMENT"));
    }
}
