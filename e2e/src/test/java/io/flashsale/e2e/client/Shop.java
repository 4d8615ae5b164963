package io.flashsale.e2e.client;

import io.flashsale.e2e.checker.Reading;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The shop as buyers meet it, through the edge. Every attempt goes into the history before it goes out. */
public final class Shop implements AutoCloseable {

    /** Longer than the edge's own deadlines together, so that only a broken system makes a client give up. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** What a buyer was told. {@code code} is null where no whole answer with a code arrived. */
    public record Told(int status, @Nullable String code, @Nullable String orderId, String body) {

        @Nullable
        String message() {
            JsonNode json = Http.json(body);
            JsonNode message = json == null ? null : json.get("reponseMsg");
            return message == null ? null : message.asString();
        }

        public boolean reserved() {
            return "RESERVED".equals(code);
        }

        /** The order id, where there must be one. */
        public String id() {
            if (orderId == null) {
                throw new AssertionError("no order id in " + body);
            }
            return orderId;
        }

        /** Whether the outcome is open, so that only the same request with the same key may follow. */
        boolean unknown() {
            return code == null || code.equals("PENDING");
        }

        /** Whether nothing happened, for a reason that passes, so that anybody may try again. */
        boolean notNow() {
            return "BUSY".equals(code) || "NOT_READY".equals(code) || "THROTTLED".equals(code);
        }
    }

    /** How an attempt begins to say that its client wanted no answer. */
    public static final String HUNG_UP = "hung up";

    private static final Duration OUTCOME_WITHIN = Duration.ofSeconds(30);

    private final URI edge;
    private final History history;
    private final java.util.concurrent.ExecutorService threads = Executors.newFixedThreadPool(2);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .executor(threads)
            .build();

    public Shop(Installation installation, History history) {
        this(installation.url("EDGE", "/"), history);
    }

    Shop(URI edge, History history) {
        this.edge = edge;
        this.history = history;
    }

    public CompletableFuture<Told> buy(Buyer buyer, String sku, int quantity, @Nullable String requestId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sessionID", buyer.session());
        body.put("userID", buyer.userId());
        body.put("userLevel", buyer.level());
        body.put("goodsSKU", sku);
        body.put("goodsQuantity", quantity);
        if (requestId != null) {
            body.put("requestID", requestId);
        }
        HttpRequest request = HttpRequest.newBuilder(edge.resolve("/buy"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Http.JSON.writeValueAsString(body)))
                .build();
        long number = history.invoke(buyer.userId(), buyer.level(), sku, quantity, requestId);
        return client.sendAsync(request, BodyHandlers.ofString()).handle((response, failure) -> {
            if (failure != null) {
                history.lost(number, failure.toString());
                return new Told(0, null, null, failure.toString());
            }
            Told told = told(response);
            history.answered(number, told.status(), told.code(), told.orderId(), told.message());
            return told;
        });
    }

    /** Buys and waits for the answer. */
    public Told buyNow(Buyer buyer, String sku, int quantity, @Nullable String requestId) {
        return buy(buyer, sku, quantity, requestId).join();
    }

    /** Buys as whoever means it: asks again by the same id while the outcome is open or the reason passes. */
    public Told outcome(Buyer buyer, String sku, int quantity, String requestId) {
        return Awaitility.await(requestId + " has an outcome")
                .atMost(OUTCOME_WITHIN)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> buyNow(buyer, sku, quantity, requestId), answer -> !answer.unknown() && !answer.notNow());
    }

    /** {@link #outcome}, which is that it is reserved. */
    public Told win(Buyer buyer, String sku, int quantity, String requestId) {
        Told told = outcome(buyer, sku, quantity, requestId);
        if (!told.reserved()) {
            throw new AssertionError("not reserved: " + told.body());
        }
        return told;
    }

    /** Sends a request, and hangs up after this time without having read an answer. */
    public void buyAndLeave(Buyer buyer, String sku, Duration after) {
        String body = "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(buyer.session(), sku);
        long number = history.invoke(buyer.userId(), buyer.level(), sku, 1, null);
        RawHttp.buyAndLeave(edge.getPort(), body, after);
        history.lost(number, HUNG_UP + " after " + after);
    }

    /** How the buyer's order stands. */
    public Reading order(Buyer buyer, String orderId) {
        return order(buyer, orderId, false);
    }

    Reading order(Buyer buyer, String orderId, boolean settled) {
        Http.Answer answer = Http.send(
                "GET", edge.resolve("/api/orders/" + orderId), null, "Authorization", "Bearer " + buyer.session());
        String state = answer.text("state");
        history.read(buyer.userId(), orderId, answer.status(), state, settled);
        return new Reading(Instant.now(), buyer.userId(), orderId, answer.status(), state, settled);
    }

    /** Asked again while it is too busy to. */
    public Http.Answer cancel(Buyer buyer, String orderId) {
        return persist(() -> cancelOnce(buyer, orderId));
    }

    public Http.Answer cancelOnce(Buyer buyer, String orderId) {
        return Http.send(
                "DELETE", edge.resolve("/api/cart/" + orderId), null, "Authorization", "Bearer " + buyer.session());
    }

    /** Asks where to pay, again while it is too busy to say. */
    public Http.Answer pay(Buyer buyer, String orderId) {
        return persist(() -> payOnce(buyer, orderId));
    }

    public Http.Answer payOnce(Buyer buyer, String orderId) {
        return Http.send(
                "POST",
                edge.resolve("/api/orders/" + orderId + "/payment"),
                null,
                "Authorization",
                "Bearer " + buyer.session());
    }

    /** Asks where to pay for several orders at once, again while it is too busy to say. */
    public Http.Answer payTogether(Buyer buyer, List<String> orderIds) {
        return persist(() -> Http.send(
                "POST",
                edge.resolve("/api/cart/payment"),
                Http.JSON.writeValueAsString(Map.of("orderIDs", orderIds)),
                "Authorization",
                "Bearer " + buyer.session(),
                "Content-Type",
                "application/json"));
    }

    private static Http.Answer persist(Callable<Http.Answer> asked) {
        return Awaitility.await("an answer that is not BUSY")
                .atMost(OUTCOME_WITHIN)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(300))
                .until(asked, answer -> answer.status() != 503);
    }

    public Http.Answer cart(Buyer buyer) {
        return Http.send("GET", edge.resolve("/api/cart"), null, "Authorization", "Bearer " + buyer.session());
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private static Told told(HttpResponse<String> response) {
        JsonNode body = Http.json(response.body());
        JsonNode code = body == null ? null : body.get("code");
        JsonNode order = body == null ? null : body.get("orderID");
        return new Told(
                response.statusCode(),
                code == null || code.isNull() ? null : code.asString(),
                order == null || order.isNull() ? null : order.asString(),
                response.body());
    }
}
