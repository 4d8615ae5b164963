package io.flashsale.e2e.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** The Prometheus that {@code up --monitoring} starts. */
public record Prometheus(Installation installation) {

    /** What a query says now: a row for each series. */
    public JsonNode now(String query) {
        return ask("/api/v1/query?query=" + encoded(query)).get("result");
    }

    /** What it said in the last {@code seconds}, every five seconds: a row for each series. */
    public JsonNode lately(String query, long seconds) {
        long end = System.currentTimeMillis() / 1000;
        return ask("/api/v1/query_range?step=5&start=%d&end=%d&query=%s".formatted(end - seconds, end, encoded(query)))
                .get("result");
    }

    /** The data of its HTTP API under this path. */
    public JsonNode ask(String path) {
        Http.Answer answer = Http.send("GET", installation.url("PROMETHEUS", path), null);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json().get("data");
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }
}
