package io.flashsale.cms.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @BeforeAll
    static void start() {
        cms = Cms.start();
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/admin/promos",
        "POST, /api/admin/promos",
        "GET, /api/admin/promos/1",
        "POST, /api/admin/promos/1/publish",
        "POST, /api/admin/promos/1/pause",
        "POST, /api/admin/promos/1/resume",
        "POST, /api/admin/promos/1/end",
        "POST, /api/admin/items/A/topup",
        "POST, /api/admin/items/A/withdraw",
        "POST, /api/admin/items/A/pause",
        "POST, /api/admin/items/A/resume",
        "POST, /api/admin/items/A/end",
        "GET, /api/admin/blacklist",
        "POST, /api/admin/blacklist",
        "DELETE, /api/admin/blacklist/1",
        "GET, /api/admin/nothing",
        "GET, /actuator",
        "GET, /actuator/health",
        "GET, /actuator/env",
        "POST, /metrics",
        "POST, /livez",
    })
    void without_the_token_nothing_but_health_and_metrics_is_open(String method, String path) {
        Answer answer = cms.send(cms.anonymous(path)
                .header("Content-Type", "application/json")
                .method(method, method.equals("POST") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("UNAUTHENTICATED");
        assertThat(answer.raw().headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/env", "/heapdump", "/templates/login.html", "/application.properties"})
    void what_is_no_page_and_no_program_is_led_to_the_login(String path) {
        HttpResponse<String> answer = cms.text(cms.request(path));
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElse("")).contains("/login?next=");
    }

    @Test
    void metrics_are_open_to_whoever_is_on_the_machine() {
        assertThat(cms.get("/api/admin/promos").status()).isEqualTo(200);
        HttpResponse<String> metrics = cms.text(cms.anonymous("/metrics"));
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains("flashsale_build_info{", "http_server_requests_seconds_bucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Basic b3BlcmF0b3I6b3BlcmF0b3I=",
                Cms.TOKEN,
                "bearer" + Cms.TOKEN,
                "Bearer " + Cms.TOKEN + "x",
                "Bearer  " + Cms.TOKEN,
                "Bearer " + Cms.TOKEN + "," + Cms.TOKEN,
            })
    void another_token_is_none(String header) {
        Answer answer = cms.send(cms.anonymous("/api/admin/promos")
                .header("Authorization", header)
                .GET());

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void the_token_opens_the_administration_and_nothing_else() {
        assertThat(cms.get("/api/admin/promos").status()).isEqualTo(200);
        for (String path : List.of("/actuator", "/actuator/health", "/actuator/env", "/api/nothing")) {
            Answer answer = cms.get(path);
            assertThat(answer.status()).as(path).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("FORBIDDEN");
        }
    }

    @Test
    void the_token_counts_as_a_header_only() {
        for (HttpRequest.Builder request : List.of(
                cms.anonymous("/api/admin/promos?access_token=" + Cms.TOKEN),
                cms.anonymous("/api/admin/promos").header("Cookie", "Authorization=Bearer%20" + Cms.TOKEN),
                cms.anonymous("/api/admin/promos").header("X-Forwarded-User", "operator"))) {
            assertThat(cms.send(request.GET()).status()).isEqualTo(401);
        }
    }

    @Test
    void health_is_open_and_small() {
        assertThat(cms.send(cms.anonymous("/livez").GET()).raw().body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(cms.send(cms.anonymous("/readyz").GET()).raw().body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @Test
    void no_session_is_made_and_no_answer_is_kept_or_framed() {
        var headers = cms.get("/api/admin/promos").raw().headers();

        assertThat(headers.firstValue("Set-Cookie")).isEmpty();
        assertThat(headers.firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
        assertThat(headers.firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'");
        assertThat(headers.firstValue("Server")).isEmpty();
        assertThat(headers.firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void what_is_not_json_is_not_read() {
        Answer form = cms.send(cms.request("/api/admin/promos")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{\"name\":\"x\"}")));

        assertThat(form.status()).isEqualTo(415);
        assertThat(form.code()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/admin/..;/admin/promos",
                "/api/admin//promos",
                "/api/admin/%2e%2e/promos",
                "/;/api/admin/promos"
            })
    void odd_spellings_of_a_path_open_nothing(String path) throws IOException {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .doesNotStartWith("HTTP/1.1 2");
    }

    @Test
    void what_the_server_itself_refuses_tells_nothing_of_it() throws IOException {
        String answer = raw("GET /[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("Tomcat", "Exception", "at org.");
    }

    private static String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", cms.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
