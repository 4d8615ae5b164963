package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Prometheus;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What whoever watches the system sees of it, through the Prometheus that {@code up --monitoring} starts. */
class MonitoringIT {

    private static final List<String> PARTS = List.of("EDGE", "BACKEND", "CONSUMER", "CMS");
    private static final Pattern NAME = Pattern.compile("\\b(?:flashsale_\\w+|hikaricp_\\w+|disk_\\w+_bytes)\\b");
    /** Has a row for each kind of finding, and there is none. */
    private static final Set<String> ONLY_IN_TROUBLE = Set.of("flashsale_findings_open");

    private final Installation installation = Installation.fromEnvironment();
    private final Prometheus prometheus = new Prometheus(installation);

    @Test
    void a_sale_is_seen_in_units_and_answers() {
        try (var sale = new Sale("monitoring", Terms.of("MONITORED", 3).limit(1))) {
            double sold = value("sum(flashsale_edge_requests_total{code=\"RESERVED\"})");
            for (var buyer : sale.buyers(3, 1)) {
                sale.shop().win(buyer, sale.sku(), 1, "once");
            }
            assertThat(sale.shop().buyNow(sale.buyer(), sale.sku(), 1, "late").reserved())
                    .isFalse();

            String units = "sum by (store, state) (flashsale_stock_units{sku=\"%s\"})".formatted(sale.sku());
            Awaitility.await("both stores' units")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(values(units, "store", "state"))
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "redis available", 0.0,
                                    "redis held", 3.0,
                                    "redis sold", 0.0,
                                    "mysql published", 3.0,
                                    "mysql available", 0.0,
                                    "mysql held", 3.0,
                                    "mysql sold", 0.0)));
            Awaitility.await("the answers").atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(value("sum(flashsale_edge_requests_total{code=\"RESERVED\"})"))
                        .isGreaterThanOrEqualTo(sold + 3);
                assertThat(value("sum(flashsale_edge_buy_seconds_count)"))
                        .isEqualTo(value("sum(flashsale_edge_buy_seconds_bucket{le=\"+Inf\"})"));
            });
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    @Test
    void every_part_is_scraped_and_every_rule_is_evaluated() {
        Awaitility.await("all targets are up").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        values("up", "job"))
                .isEqualTo(Map.of(
                        "flashsale-edge", 1.0,
                        "flashsale-backend", 1.0,
                        "flashsale-consumer", 1.0,
                        "flashsale-cms", 1.0)));
        Awaitility.await("all rules").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(rules())
                .isNotEmpty()
                .allSatisfy(rule ->
                        assertThat(rule.get("health").asString()).as("%s", rule).isEqualTo("ok")));
    }

    /** A rule that asks for a name which nobody says would be quiet for ever. */
    @Test
    void every_name_that_a_rule_asks_for_is_said_by_a_part() {
        Set<String> asked = rules().stream()
                .flatMap(rule -> NAME.matcher(rule.get("query").asString()).results())
                .map(MatchResult::group)
                .filter(name -> !ONLY_IN_TROUBLE.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(asked).hasSizeGreaterThan(20);
        Awaitility.await("a series of each").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(names())
                .containsAll(asked));
    }

    @Test
    void every_alert_has_its_entry_in_the_runbook_and_every_entry_its_alert() {
        List<String> alerts = rules().stream()
                .filter(rule -> rule.get("type").asString().equals("alerting"))
                .map(rule -> rule.get("name").asString())
                .toList();
        String runbook = Installation.read(installation.root().resolve("docs/runbook.md"));
        assertThat(Pattern.compile("(?m)^### (\\w+)$")
                        .matcher(runbook)
                        .results()
                        .map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    void the_watch_says_that_it_watches() {
        Awaitility.await("the alert that always fires")
                .atMost(Duration.ofSeconds(30))
                .until(() -> value("ALERTS{alertstate=\"firing\", alertname=\"FlashsaleWatched\"}") == 1);
    }

    /** Where its pages are differs between the distributions; the root leads to them. */
    @Test
    void the_page_that_up_names_is_there() {
        Http.Answer root = Http.send("GET", installation.url("PROMETHEUS", "/"), null);
        String page = root.header("Location");
        assertThat(page).as("%s", root.status()).isNotNull();
        assertThat(Http.send("GET", installation.url("PROMETHEUS", "/").resolve(page), null)
                        .status())
                .isEqualTo(200);
    }

    /** Promtool's own rules of good names; it says each that is broken. */
    @ParameterizedTest
    @ValueSource(strings = {"EDGE", "BACKEND", "CONSUMER", "CMS"})
    void our_metrics_are_named_and_described_as_is_usual(String part) throws Exception {
        String ours = metrics(part)
                .lines()
                .filter(line -> line.matches("(# (HELP|TYPE) )?flashsale_.*"))
                .collect(Collectors.joining("\n", "", "\n"));
        assertThat(ours).contains("flashsale_");
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var in = promtool.getOutputStream()) {
            in.write(ours.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(promtool.exitValue()).isZero();
    }

    @Test
    void every_metric_of_ours_is_in_the_documentation() throws IOException {
        String documentation = Installation.read(installation.root().resolve("docs/metrics.md"));
        Set<String> documented = Pattern.compile("`(flashsale_\\w+)")
                .matcher(documentation)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> said = new TreeSet<>();
        for (String part : PARTS) {
            Pattern.compile("(?m)^# TYPE (flashsale_\\w+) ")
                    .matcher(metrics(part))
                    .results()
                    .map(match -> match.group(1))
                    .filter(name -> !name.endsWith("_max")) // Micrometer's companion of a timer
                    .forEach(said::add);
        }
        assertThat(documented).containsAll(said);
    }

    private String metrics(String part) {
        Http.Answer answer = Http.send("GET", installation.url(part, "/metrics"), null);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private List<JsonNode> rules() {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : prometheus.ask("/api/v1/rules").get("groups")) {
            group.get("rules").forEach(rules::add);
        }
        return rules;
    }

    private Set<String> names() {
        return StreamSupport.stream(
                        prometheus.ask("/api/v1/label/__name__/values").spliterator(), false)
                .map(JsonNode::asString)
                .collect(Collectors.toSet());
    }

    private double value(String query) {
        return values(query).values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** What a query says now, by the values of these labels, with a blank between them. */
    private Map<String, Double> values(String query, String... labels) {
        return StreamSupport.stream(prometheus.now(query).spliterator(), false)
                .collect(Collectors.toMap(
                        row -> java.util.Arrays.stream(labels)
                                .map(label -> row.get("metric").get(label).asString())
                                .collect(Collectors.joining(" ")),
                        row -> Double.parseDouble(row.get("value").get(1).asString())));
    }
}
