package io.flashsale.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sandbox as a shop and a shopper see it, over HTTP. */
class PaymentSandboxIT {

    private static final String KEY = "key-of-the-sandbox-tests";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private static HttpServer shop;
    private static ConfigurableApplicationContext context;
    private static RestClient http;
    private static volatile int shopStatus = 200;
    private static final List<String> signatures = Collections.synchronizedList(new ArrayList<>());
    private static final List<JsonNode> events = Collections.synchronizedList(new ArrayList<>());
    private static int payments;

    @BeforeAll
    static void start() throws IOException {
        shop = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        shop.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String signature = String.valueOf(exchange.getRequestHeaders().getFirst("X-Sandbox-Signature"));
            String time = signature.replaceAll("^t=(\\d+),.*", "$1");
            signatures.add(
                    signature.equals("t=" + time + ",v1=" + EventSender.sign(KEY, time, body)) ? "good" : signature);
            events.add(JSON.readTree(body));
            exchange.sendResponseHeaders(shopStatus, -1);
            exchange.close();
        });
        shop.start();
        Path key = Files.writeString(folder.resolve("key"), KEY + "\n");
        var settings = new HashMap<String, Object>();
        settings.put("FLASHSALE_SANDBOX_PORT", "0");
        settings.put("FLASHSALE_SANDBOX_KEY_FILE", key.toString());
        settings.put("FLASHSALE_SANDBOX_DATA", folder.resolve("books").toString());
        settings.put(
                "flashsale.sandbox.event-url",
                "http://127.0.0.1:" + shop.getAddress().getPort() + "/events");
        context = new SpringApplicationBuilder(PaymentSandboxApplication.class)
                .properties(settings)
                .run();
        http = RestClient.builder()
                .baseUrl("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"))
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
    }

    @AfterAll
    static void stop() {
        context.close();
        shop.stop(0);
    }

    @BeforeEach
    void nothingHeard() {
        shopStatus = 200;
        signatures.clear();
        events.clear();
    }

    private static ResponseEntity<String> call(String path, String body, String key) {
        return http.post()
                .uri(path)
                .header("Authorization", "Bearer " + key)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .retrieve()
                .toEntity(String.class);
    }

    private static String open(String id, long amount) {
        var answer = call(
                "/api/payments",
                "{\"id\":\"" + id + "\",\"amountMinor\":" + amount
                        + ",\"currency\":\"CNY\",\"description\":\"<b>order</b>\"}",
                KEY);
        assertThat(answer.getStatusCode().value()).isEqualTo(200);
        return JSON.readTree(answer.getBody()).path("ref").asString();
    }

    private static void decide(String ref, String form) {
        http.post()
                .uri("/pay/" + ref)
                .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                .body(form)
                .retrieve()
                .toBodilessEntity();
    }

    private static String id() {
        return "1-x" + ++payments + "-1";
    }

    private static void awaitEvents(int count) {
        Awaitility.await().until(() -> events.size() >= count);
    }

    @Test
    void what_is_paid_on_the_page_is_told_to_the_shop_signed() {
        String id = id();
        String ref = open(id, 3998);
        assertThat(open(id, 3998)).as("asked again").isEqualTo(ref);
        String page = http.get().uri("/pay/" + ref).retrieve().body(String.class);
        assertThat(page).contains("CNY 39.98").contains("&lt;b&gt;order").contains("Pay");
        decide(ref, "decision=pay");
        awaitEvents(1);
        assertThat(signatures).containsOnly("good");
        JsonNode event = events.get(0);
        assertThat(event.path("kind").asString()).isEqualTo("SUCCEEDED");
        assertThat(event.path("paymentID").asString()).isEqualTo(id);
        assertThat(event.path("amountMinor").asLong()).isEqualTo(3998);
        decide(ref, "decision=decline");
        assertThat(http.get().uri("/pay/" + ref).retrieve().body(String.class)).contains("Paid.");
    }

    @Test
    void it_says_it_twice_late_wrongly_or_after_a_failure_as_it_is_told() {
        decide(open(id(), 100), "decision=pay&copies=2&amountMinor=7&failedFirst=true&delaySeconds=1");
        awaitEvents(3);
        assertThat(events)
                .extracting(each -> each.path("kind").asString())
                .containsExactly("FAILED", "SUCCEEDED", "SUCCEEDED");
        assertThat(events.get(1).path("id").asString())
                .isEqualTo(events.get(2).path("id").asString());
        assertThat(events.get(1).path("amountMinor").asLong()).isEqualTo(7);
    }

    @Test
    void a_shop_that_does_not_take_it_is_told_again() {
        shopStatus = 503;
        decide(open(id(), 100), "decision=decline");
        awaitEvents(1);
        shopStatus = 200;
        awaitEvents(2);
        assertThat(events.get(1).path("id").asString())
                .isEqualTo(events.get(0).path("id").asString());
    }

    @Test
    void refunds_are_made_once_and_told() {
        String id = id();
        decide(open(id, 100), "decision=pay");
        awaitEvents(1);
        String refund = "{\"id\":\"refund-" + id + "\",\"amountMinor\":100}";
        assertThat(call("/api/payments/" + id + "/refunds", refund, KEY)
                        .getStatusCode()
                        .value())
                .isEqualTo(202);
        assertThat(call("/api/payments/" + id + "/refunds", refund, KEY)
                        .getStatusCode()
                        .value())
                .isEqualTo(202);
        awaitEvents(2);
        String shown = http.get()
                .uri("/api/payments/" + id)
                .header("Authorization", "Bearer " + KEY)
                .retrieve()
                .body(String.class);
        assertThat(JSON.readTree(shown).path("events").size()).isEqualTo(2);
        assertThat(call("/api/payments/none/refunds", refund, KEY)
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
    }

    @Test
    void strangers_and_nonsense_are_refused() {
        String body = "{\"id\":\"a\",\"amountMinor\":1,\"currency\":\"CNY\",\"description\":\"x\"}";
        assertThat(call("/api/payments", body, "wrong").getStatusCode().value()).isEqualTo(401);
        assertThat(call("/api/payments", body.replace("1", "-1"), KEY)
                        .getStatusCode()
                        .value())
                .isEqualTo(400);
        assertThat(http.get()
                        .uri("/pay/none")
                        .retrieve()
                        .toBodilessEntity()
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
        String id = id();
        open(id, 100);
        assertThat(call(
                                "/api/payments",
                                "{\"id\":\"" + id + "\",\"amountMinor\":1,\"currency\":\"CNY\",\"description\":\"x\"}",
                                KEY)
                        .getStatusCode()
                        .value())
                .isEqualTo(409);
    }
}
