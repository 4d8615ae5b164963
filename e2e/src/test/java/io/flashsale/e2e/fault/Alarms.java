package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Prometheus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** The alerts of a running Prometheus: which fire, and how long after what they are there for. */
final class Alarms {

    private static final Path TABLE = Path.of("target", "faults", "alerts.md");

    /** They say what was in the last minutes, and go on for as long after its end. */
    private static final Set<String> LOOK_BACK = Set.of(
            "FlashsaleErrorBudgetBurns",
            "FlashsaleRebuildsRepeat",
            "FlashsaleEdgeFaults",
            "FlashsaleDictFull",
            "FlashsaleAofDelayed",
            "FlashsaleDiskSoonFull");

    /** Two scrapes, two evaluations, and what a busy machine adds. */
    static final Duration USUAL = Duration.ofSeconds(120);

    private static final Duration LONGEST_MEMORY = Duration.ofMinutes(11);

    private final Prometheus prometheus;
    private final String commit;
    private final Map<String, String> rows = new TreeMap<>();

    Alarms(Installation installation) {
        this.prometheus = new Prometheus(installation);
        this.commit = Report.commit(installation);
    }

    /** What begins a trouble, and says what ends it. */
    @FunctionalInterface
    interface Strike {
        AutoCloseable begin() throws Exception;
    }

    /** The names of all alerts that there are. */
    Set<String> all() {
        return rules().keySet();
    }

    private JsonNode find(String alert) {
        return Objects.requireNonNull(rules().get(alert), alert);
    }

    private Map<String, JsonNode> rules() {
        Map<String, JsonNode> rules = new TreeMap<>();
        for (JsonNode group : prometheus.ask("/api/v1/rules").get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                if (rule.get("type").asString().equals("alerting")) {
                    rules.put(rule.get("name").asString(), rule);
                }
            }
        }
        return rules;
    }

    /** Those that have fired by what they are there for. */
    Set<String> fired() {
        return rows.keySet();
    }

    /** The one value that a query says now; not a number where there is none. */
    double value(String query) {
        JsonNode rows = prometheus.now(query);
        return rows.isEmpty()
                ? Double.NaN
                : Double.parseDouble(rows.get(0).get("value").get(1).asString());
    }

    void fire(String trouble, Strike strike, String... alerts) {
        fire(USUAL, trouble, strike, alerts);
    }

    /**
     * While it is quiet, begins a trouble and waits until these alerts fire; ends it, and waits until they are quiet again.
     *
     * @param within how long the trouble takes to be one
     */
    void fire(Duration within, String trouble, Strike strike, String... alerts) {
        for (String alert : alerts) {
            awaitQuiet(alert, LONGEST_MEMORY);
        }
        Instant struck = Instant.now();
        try (AutoCloseable mend = strike.begin()) {
            awaitFiring(within, struck, trouble, alerts);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(trouble, e);
        }
        for (String alert : alerts) {
            if (!LOOK_BACK.contains(alert)) {
                awaitQuiet(alert, Duration.ofSeconds(150));
            }
        }
    }

    /** Waits until these fire, and writes down how long after the strike they did. */
    void awaitFiring(Duration within, Instant struck, String trouble, String... alerts) {
        for (String alert : alerts) {
            Instant since = Awaitility.await(alert + " fires")
                    .atMost(within)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> firing().get(alert), Objects::nonNull);
            assertThat(since).as("since when %s is active", alert).isAfter(struck.minusSeconds(5));
            // what began long ago may have fired before anybody waited for it
            Instant fired = since.plus(patience(alert));
            note(alert, trouble, Duration.between(struck, fired).toSeconds() + " s");
        }
    }

    /** Waits until the alert fires that does so always. */
    void awaitWatch(String alert) {
        Awaitility.await(alert + " fires").atMost(USUAL).until(() -> firing().containsKey(alert));
        note(alert, "nothing, it always does", "–");
    }

    /** How long it must have been active before it fires. */
    private Duration patience(String alert) {
        return Duration.ofMillis(Math.round(1000 * find(alert).get("duration").asDouble()));
    }

    private void note(String alert, String trouble, String after) {
        String row = "| %s | %s | %s | %s |"
                .formatted(alert, find(alert).at("/labels/severity").asString(), trouble, after);
        System.out.println("fired: " + row);
        rows.put(alert, row);
        write();
    }

    private void awaitQuiet(String alert, Duration within) {
        Awaitility.await(alert + " is quiet")
                .atMost(within)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> !firing().containsKey(alert));
    }

    /** Since when each that fires has been active. */
    private Map<String, Instant> firing() {
        Map<String, Instant> firing = new HashMap<>();
        for (JsonNode alert : prometheus.ask("/api/v1/alerts").get("alerts")) {
            if (alert.get("state").asString().equals("firing")) {
                firing.merge(
                        alert.at("/labels/alertname").asString(),
                        Instant.parse(alert.get("activeAt").asString()),
                        (one, other) -> one.isAfter(other) ? one : other);
            }
        }
        return firing;
    }

    private void write() {
        List<String> lines = new ArrayList<>(List.of(
                "# Alerts, each fired for real",
                "",
                "Commit " + commit + ", " + Instant.now().toString().substring(0, 10) + ".",
                "",
                "| alert | severity | by | after |",
                "| --- | --- | --- | --- |"));
        lines.addAll(rows.values());
        try {
            Files.createDirectories(TABLE.getParent());
            Files.write(TABLE, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(TABLE.toString(), e);
        }
    }
}
