package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A backend that a test started, and the requests that reach it. */
public final class BackendProcess {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    BackendProcess(ConfigurableApplicationContext context) {
        this.context = context;
        this.port = Integer.parseInt(context.getEnvironment().getProperty("local.server.port", "0"));
    }

    public record Answer(int status, HttpResponse<String> raw, JsonNode body) {}

    public int port() {
        return port;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public void awaitReady() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> get("/readyz").status() == 200);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    public HttpRequest.Builder internal(String path) {
        return request(path).header("X-Flashsale-Internal", World.INTERNAL_TOKEN);
    }

    public Answer get(String path) {
        return send(request(path));
    }

    public Answer internalGet(String path) {
        return send(internal(path));
    }

    public Answer internalPost(String path, String body) {
        return send(internal(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    public Answer as(String token, String path) {
        return send(request(path).header("Authorization", "Bearer " + token));
    }

    /** Hands reservations over as the edge does. @return a code per order */
    public List<String> submit(List<World.Attempt> attempts) {
        var answer = send(request("/internal/orders")
                .header("X-Flashsale-Edge", World.EDGE_TOKEN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(attempts))));
        if (answer.status() != 200) {
            throw new AssertionError(answer.status() + " " + answer.raw().body());
        }
        var codes = new ArrayList<String>();
        for (int i = 0; i < attempts.size(); i++) {
            var verdict = answer.body().get(i);
            if (!verdict.path("orderID").asString().equals(attempts.get(i).orderID())) {
                throw new AssertionError(
                        "verdicts are not in the order asked: " + answer.raw().body());
            }
            codes.add(verdict.path("code").asString());
        }
        return codes;
    }

    public String submit(World.Attempt attempt) {
        return submit(List.of(attempt)).get(0);
    }

    /**
     * Hands attempts over that must all be reserved, as an edge that means it: those of which the outcome is open are asked about again,
     * which makes no other order of them.
     */
    public void reserve(List<World.Attempt> attempts) {
        Awaitility.await("an outcome of each")
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(20))
                .until(() -> submit(attempts), codes -> !codes.contains("PENDING"))
                .forEach(code -> assertThat(code).isEqualTo("RESERVED"));
    }

    public void reserve(World.Attempt attempt) {
        reserve(List.of(attempt));
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            String type = response.headers().firstValue("Content-Type").orElse("");
            JsonNode body = type.contains("json") ? JSON.readTree(response.body()) : JSON.createObjectNode();
            return new Answer(response.statusCode(), response, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public void stop() {
        context.close();
    }
}
