package io.flashsale.cms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import io.flashsale.cms.Visitor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The charts, drawn from a Prometheus that notes what it is asked. */
class MonitorIT {

    private static final String ROWS =
            """
            {"status":"success","data":{"result":[
              {"metric":{"sku":"A","state":"held"},"values":[[100,"1.5"],[105,"NaN"],[110,"+Inf"],[115,"2"]]},
              {"metric":{"sku":"B"},"value":[115,"7"]}]}}""";
    private static final String ITEMS = "{\"status\":\"success\",\"data\":[\"A\",\"B\"]}";

    private static final Map<Cms, String> sessions = new HashMap<>();
    private static final List<String> asked = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static HttpServer prometheus;

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    private static volatile int status;

    @BeforeAll
    static void start() throws IOException {
        prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/", MonitorIT::answer);
        prometheus.start();
        cms = Cms.start("flashsale.prometheus-url=http://127.0.0.1:"
                + prometheus.getAddress().getPort() + "/");
    }

    @AfterAll
    static void stop() {
        cms.close();
        prometheus.stop(0);
    }

    @BeforeEach
    void forget() {
        asked.clear();
        status = 200;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " "
                + URLDecoder.decode(exchange.getRequestURI().toString(), StandardCharsets.UTF_8));
        byte[] body = (exchange.getRequestURI().getPath().startsWith("/api/v1/label/") ? ITEMS : ROWS)
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void a_panel_is_what_its_dashboard_asks_for_of_the_item_and_the_time_that_were_chosen() {
        Answer panel = get(cms, "/monitor/sale/panels/7?sku=A&minutes=60");

        assertThat(panel.status()).isEqualTo(200);
        assertThat(asked)
                .singleElement()
                .asString()
                .matches("GET /api/v1/query_range\\?start=\\d+&end=\\d+&step=15&query="
                        + Pattern.quote("topk(20, flashsale:units_available{sku=~\"A\"})"));
        assertThat(panel.body().get("kind").asString()).isEqualTo("timeseries");
        assertThat(panel.body().get("to").asLong() - panel.body().get("from").asLong())
                .isEqualTo(3_600_000);
        assertThat(panel.body().get("series").toString())
                .isEqualTo("[{\"name\":\"A\",\"points\":[[100000.0,1.5],[115000.0,2.0]]},"
                        + "{\"name\":\"B\",\"points\":[[115000.0,7.0]]}]");
    }

    @Test
    void every_panel_of_the_pages_is_there_and_prometheus_hears_the_queries_of_the_dashboards_alone() {
        for (Dashboard dashboard : new Dashboards().all()) {
            String page = page(cms, "/monitor/" + dashboard.name()).body();
            assertThat(dashboard.panels()).isNotEmpty().allSatisfy(panel -> {
                assertThat(page).contains("data-panel=\"" + panel.id() + "\"");
                asked.clear();
                assertThat(get(cms, "/monitor/%s/panels/%d?query=up".formatted(dashboard.name(), panel.id()))
                                .status())
                        .isEqualTo(200);
                assertThat(asked)
                        .hasSameSizeAs(panel.queries())
                        .zipSatisfy(panel.queries(), (heard, query) -> assertThat(heard)
                                .startsWith(query.instant() ? "GET /api/v1/query?" : "GET /api/v1/query_range?")
                                .endsWith("&query=" + Span.of(15, Instant.EPOCH).fillIn(query.expression(), ".*")));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/monitor/sale/panels/99",
                "/monitor/sale/panels/up",
                "/monitor/nothing",
                "/monitor/nothing/panels/1",
                "/monitor/sale/query?query=up",
                "/monitor/api/v1/query?query=up",
                "/monitor/sale/panels/7?sku=A%22%7D%29+or+up",
                "/monitor/sale/panels/7?sku=.*",
                "/monitor/sale/panels/7?minutes=525600",
                "/monitor/sale/panels/7?minutes=x",
                "/monitor/sale?sku=%27"
            })
    void what_is_no_panel_no_item_or_no_span_never_reaches_prometheus(String path) {
        assertThat(get(cms, path).status()).isIn(400, 403, 404);
        assertThat(asked).isEmpty();
    }

    @Test
    void a_page_offers_the_items_and_runs_no_script_but_its_own() {
        HttpResponse<String> page = page(cms, "/monitor/sale?sku=B");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("<option value=\"A\">A</option>", "<option value=\"B\" selected=\"selected\">B</option>")
                .contains("<p id=\"problem\" role=\"status\"></p>");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        var loaded = Pattern.compile("(?:src|href)=\"(/(?:monitor/assets|webjars)/[^\"]+)\"")
                .matcher(page.body())
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(loaded)
                .hasSize(3) // two of its own, and the library
                .allSatisfy(path ->
                        assertThat(page(cms, path).statusCode()).as(path).isEqualTo(200));
    }

    @Test
    void a_prometheus_that_fails_or_is_away_is_told_in_a_sentence() {
        status = 500;
        Answer panel = get(cms, "/monitor/edge/panels/1");
        assertThat(panel.status()).isEqualTo(503);
        assertThat(panel.code()).isEqualTo("NO_PROMETHEUS");
        assertThat(panel.detail()).endsWith(" answers with the status 500.");

        try (Cms alone = Cms.start("flashsale.prometheus-url=http://127.0.0.1:9")) {
            assertThat(get(alone, "/monitor/edge/panels/1").detail())
                    .isEqualTo("Prometheus at http://127.0.0.1:9 does not answer.");
            HttpResponse<String> page = page(alone, "/monitor/edge");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("Prometheus at http://127.0.0.1:9 does not answer.");
        }
    }

    @Test
    void without_a_prometheus_the_page_says_how_to_get_one() {
        try (Cms alone = Cms.start()) {
            String sentence =
                    "No Prometheus is configured (FLASHSALE_PROMETHEUS_URL); ./flashsale up --monitoring starts one.";
            assertThat(get(alone, "/monitor/sale/panels/1").detail()).isEqualTo(sentence);
            assertThat(page(alone, "/monitor/sale").body()).contains(sentence);
        }
    }

    private static Answer get(Cms cms, String path) {
        return cms.send(viewer(cms, path));
    }

    private static HttpResponse<String> page(Cms cms, String path) {
        return cms.text(viewer(cms, path).header("Accept", "text/html,*/*"));
    }

    /** Somebody who has logged in. */
    private static HttpRequest.Builder viewer(Cms cms, String path) {
        String session = sessions.computeIfAbsent(
                cms, each -> Visitor.of(each, "viewer", "AUDITOR").cookie("flashsale-cms"));
        return cms.anonymous(path).header("Cookie", "flashsale-cms=" + session);
    }
}
