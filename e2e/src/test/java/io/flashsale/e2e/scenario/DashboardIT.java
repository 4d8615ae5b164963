package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Prometheus;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The dashboards of ops/grafana: what they ask is asked of the Prometheus of a real sale, as Grafana would ask it. */
class DashboardIT {

    private static final Installation INSTALLATION = Installation.fromEnvironment();
    private static final Path FOLDER = INSTALLATION.root().resolve("ops/grafana");
    private static final List<JsonNode> DASHBOARDS = dashboards();

    /** Has a row for each kind of finding, and there is none. */
    private static final Set<String> ONLY_IN_TROUBLE = Set.of("Differences that wait for a person");

    private static final long LOOK_BACK_SECONDS = 300;

    private final Prometheus prometheus = new Prometheus(INSTALLATION);

    /** One query of a panel. */
    private record Query(String dashboard, String panel, String expression, boolean instant) {

        /** With the variables filled in as Grafana does with a source that is scraped every five seconds. */
        String of(String sku) {
            return expression
                    .replace("$__rate_interval", "20s")
                    .replace("$__range", LOOK_BACK_SECONDS + "s")
                    .replace("$sku", sku);
        }
    }

    @Test
    void after_a_sale_every_query_of_every_panel_has_a_number() {
        try (var sale = new Sale("dashboards", Terms.of("CHARTED", 6).limit(1))) {
            var buyers = sale.buyers(3, 1);
            Awaitility.await("a look at the whole stock, from which it falls")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !prometheus
                            .now("flashsale:units_available{sku=\"%s\"} == 6".formatted(sale.sku()))
                            .isEmpty());
            var orders = buyers.stream()
                    .map(buyer -> sale.shop().win(buyer, sale.sku(), 1, "once").id())
                    .toList();
            assertThat(sale.shop().buyNow(buyers.get(0), sale.sku(), 1, "twice").reserved())
                    .isFalse();
            Provider.of(sale.shop(), buyers.get(0), orders.get(0)).pay();
            assertThat(sale.shop().cancel(buyers.get(1), orders.get(1)).status())
                    .isEqualTo(200);

            var unanswered = new ArrayList<>(queries());
            unanswered.removeIf(query -> ONLY_IN_TROUBLE.contains(query.panel()));
            assertThat(unanswered).hasSizeGreaterThan(60);
            Awaitility.await("a number for every query")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        unanswered.removeIf(query -> hasNumber(query, sale.sku()) && hasNumber(query, ".*"));
                        assertThat(unanswered).isEmpty();
                    });
        }
    }

    /** What has no row while all is well would not be noticed above if it could not be asked at all. */
    @Test
    void what_has_rows_only_in_trouble_is_a_query_all_the_same() {
        assertThat(queries())
                .filteredOn(query -> ONLY_IN_TROUBLE.contains(query.panel()))
                .hasSameSizeAs(ONLY_IN_TROUBLE)
                .allSatisfy(query ->
                        assertThat(prometheus.now(query.of(".*")).isArray()).isTrue());
    }

    @Test
    void every_metric_that_is_asked_for_is_in_the_documentation_or_a_recording_rule() {
        String documentation = Installation.read(INSTALLATION.root().resolve("docs/metrics.md"));
        String rules = Installation.read(INSTALLATION.root().resolve("ops/prometheus/rules.yml"));
        Set<String> documented = Stream.concat(
                        matches("`(\\w+)(?:\\{[^`]*)?`", documentation), matches("record: (\\S+)", rules))
                .collect(Collectors.toSet());
        assertThat(queries().stream().flatMap(query -> names(query.of("S"))).collect(Collectors.toSet()))
                .hasSizeGreaterThan(40)
                .isSubsetOf(documented);
    }

    @Test
    void dashboards_and_panels_have_ids_of_their_own_and_the_source_that_is_provisioned() {
        assertThat(DASHBOARDS)
                .hasSize(4)
                .extracting(board -> board.get("uid").asString())
                .doesNotHaveDuplicates();
        assertThat(Installation.read(FOLDER.resolve("datasources/prometheus.yml")))
                .contains("uid: flashsale\n");
        for (JsonNode board : DASHBOARDS) {
            assertThat(board.get("panels"))
                    .doesNotHaveDuplicates()
                    .extracting(panel -> panel.get("id").asInt())
                    .doesNotHaveDuplicates();
            assertThat(board.get("panels"))
                    .extracting(panel -> panel.get("datasource").get("uid").asString())
                    .containsOnly("flashsale");
        }
    }

    private boolean hasNumber(Query query, String sku) {
        JsonNode rows =
                query.instant() ? prometheus.now(query.of(sku)) : prometheus.lately(query.of(sku), LOOK_BACK_SECONDS);
        return StreamSupport.stream(rows.spliterator(), false)
                .flatMap(row -> row.has("value")
                        ? Stream.of(row.get("value"))
                        : StreamSupport.stream(row.get("values").spliterator(), false))
                .anyMatch(point -> Double.isFinite(number(point.get(1).asString())));
    }

    /** Prometheus says NaN as Java does, and infinity in another way. */
    private static double number(String text) {
        return text.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    /** The metrics of a query: what is no text, label, span, function or operator. A histogram's parts count as it. */
    private static Stream<String> names(String query) {
        String bare = query.replaceAll("\\{[^}]*}|\"[^\"]*\"|\\[[^]]*]", "")
                .replaceAll("\\b(by|without|on|ignoring|group_left|group_right) *\\([^)]*\\)", "");
        return matches("\\b([a-zA-Z_][\\w:]*)\\b(?! *\\()", bare)
                .filter(name -> !Set.of("and", "or", "unless", "bool", "offset").contains(name))
                .map(name -> name.replaceFirst("_(bucket|sum|count)$", ""));
    }

    private static Stream<String> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1));
    }

    private static List<Query> queries() {
        return DASHBOARDS.stream()
                .flatMap(board -> stream(board.get("panels")).flatMap(panel -> stream(panel.get("targets"))
                        .map(target -> new Query(
                                board.get("uid").asString(),
                                panel.get("title").asString(),
                                target.get("expr").asString(),
                                target.path("instant").asBoolean(false)))))
                .toList();
    }

    private static Stream<JsonNode> stream(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false);
    }

    private static List<JsonNode> dashboards() {
        try (var files = Files.list(FOLDER.resolve("dashboards"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> Http.JSON.readTree(Installation.read(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
