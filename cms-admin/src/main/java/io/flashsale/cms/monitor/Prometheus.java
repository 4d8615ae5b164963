package io.flashsale.cms.monitor;

import io.flashsale.cms.monitor.Dashboard.Query;
import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads from the Prometheus of the settings. Where none is set, or it does not answer, it refuses with a sentence that says so. */
@Component
class Prometheus {

    /** It is near, and a page asks again by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    private final String url;

    Prometheus(CmsSettings settings) {
        this.url = settings.prometheusUrl().replaceFirst("/$", "");
    }

    /** @param sku a SKU, or a regular expression of them */
    List<Series> ask(Query query, Span span, String sku) {
        String what = "query=" + encoded(span.fillIn(query.expression(), sku));
        String path = query.instant()
                ? "/api/v1/query?time=%d&%s".formatted(span.to(), what)
                : "/api/v1/query_range?start=%d&end=%d&step=%d&%s".formatted(span.from(), span.to(), span.step(), what);
        return get(path)
                .get("result")
                .valueStream()
                .map(row -> Series.of(row, query.legend()))
                .toList();
    }

    /** What items there were, by name. */
    List<String> skus(Span span) {
        return get("/api/v1/label/sku/values?match%%5B%%5D=flashsale_stock_units&start=%d&end=%d"
                        .formatted(span.from(), span.to()))
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    private JsonNode get(String path) {
        if (url.isEmpty()) {
            throw refusal(
                    "No Prometheus is configured (FLASHSALE_PROMETHEUS_URL); ./flashsale up --monitoring starts one.");
        }
        var request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw refusal("Prometheus at " + url + " answers with the status " + response.statusCode() + ".");
            }
            return JSON.readTree(response.body()).get("data");
        } catch (IOException | JacksonException e) {
            throw refusal("Prometheus at " + url + " does not answer.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refusal("Prometheus at " + url + " was not waited for.");
        }
    }

    private static Refusal refusal(String sentence) {
        return new Refusal(Problem.of(503, "NO_PROMETHEUS", sentence));
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }
}
