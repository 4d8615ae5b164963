package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.testkit.Collector;
import io.flashsale.testkit.Collector.Recorded;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** One purchase as a collector of traces sees it. The stage e2e starts the system with a share of 1 and the address of this one. */
class TraceIT {

    /** Each span of a purchase and the one above it, as service and name. */
    private static final Map<String, String> PARENTS = Map.ofEntries(
            Map.entry("edge POST /buy", ""),
            Map.entry("edge reserve", "edge POST /buy"),
            Map.entry("edge hand over", "edge POST /buy"),
            Map.entry("backend order", "edge hand over"),
            Map.entry("backend policy", "backend order"),
            Map.entry("backend decide", "backend order"),
            Map.entry("backend send flashsale-orders", "backend order"),
            Map.entry("backend acknowledge", "backend order"),
            Map.entry("consumer process flashsale-orders", "backend send flashsale-orders"),
            Map.entry("consumer write", "consumer process flashsale-orders"),
            Map.entry("consumer acknowledge", "consumer process flashsale-orders"),
            Map.entry("consumer pay", "edge POST /buy"));

    /** What begins after the span above it began, and ends when it likes. */
    private static final List<String> LATER = List.of("consumer process flashsale-orders", "consumer pay");

    private static final int PRODUCER = 4;
    private static final int CONSUMER = 5;

    @Test
    void one_purchase_is_one_trace_through_edge_backend_queue_and_consumer() {
        int port = URI.create(Objects.requireNonNull(
                        Installation.fromEnvironment().environment().get("FLASHSALE_OTLP_URL")))
                .getPort();
        try (var collector = Collector.listen(port);
                var sale = new Sale("traced", Terms.of("TRACED", 3))) {
            Buyer buyer = sale.buyer();
            var told = sale.shop().win(buyer, sale.sku(), 1, "k");
            awaitState(sale, buyer, told.id(), "PENDING_PAYMENT");
            Provider.of(sale.shop(), buyer, told.id()).pay();
            awaitState(sale, buyer, told.id(), "PAID");

            String trace = "0000000000000000"
                    + JsonMapper.shared().readTree(told.body()).path("traceID").asString();
            Awaitility.await("its spans").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                            collector.spansOf(trace))
                    .extracting(TraceIT::name)
                    .containsExactlyInAnyOrderElementsOf(PARENTS.keySet()));
            Map<String, Recorded> spans =
                    collector.spansOf(trace).stream().collect(Collectors.toMap(TraceIT::name, Function.identity()));

            PARENTS.forEach((name, above) -> {
                Recorded span = find(spans, name);
                Recorded parent = spans.get(above);
                assertThat(span.parent()).as(name).isEqualTo(parent == null ? "" : parent.id());
                assertThat(span.end()).as(name).isGreaterThanOrEqualTo(span.start());
                if (parent != null) {
                    assertThat(span.start()).as(name).isGreaterThanOrEqualTo(parent.start());
                }
                if (parent != null && !LATER.contains(name)) {
                    assertThat(span.end()).as(name).isLessThanOrEqualTo(parent.end());
                }
            });
            System.out.println(shown(find(spans, "edge POST /buy"), spans.values(), ""));
            assertThat(find(spans, "edge POST /buy").attributes()).containsEntry("flashsale.order.id", told.id());
            assertThat(find(spans, "backend order").attributes()).containsEntry("flashsale.code", "RESERVED");
            assertThat(find(spans, "backend send flashsale-orders").kind()).isEqualTo(PRODUCER);
            assertThat(find(spans, "consumer process flashsale-orders").kind()).isEqualTo(CONSUMER);
            for (String name : List.of("backend settle orders", "consumer write orders")) {
                assertThat(collector.spans())
                        .as(name)
                        .filteredOn(span -> name(span).equals(name))
                        .anySatisfy(batch -> assertThat(batch.links()).contains(trace));
            }
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    /** For whoever reads the test's log: the tree of spans, when each began after the first did, and how long it took. */
    private static String shown(Recorded span, Collection<Recorded> all, String indent) {
        long began = all.stream().mapToLong(Recorded::start).min().orElseThrow();
        return all.stream()
                .filter(below -> below.parent().equals(span.id()))
                .sorted(Comparator.comparing(Recorded::start))
                .map(below -> shown(below, all, indent + "  "))
                .reduce(
                        "%-50s at %8.2f ms, %8.2f ms%n"
                                .formatted(
                                        indent + name(span),
                                        (span.start() - began) / 1e6,
                                        (span.end() - span.start()) / 1e6),
                        String::concat);
    }

    private static void awaitState(Sale sale, Buyer buyer, String order, String state) {
        Awaitility.await(order + " becomes " + state)
                .atMost(Duration.ofSeconds(20))
                .until(() -> state.equals(sale.shop().order(buyer, order).state()));
    }

    private static Recorded find(Map<String, Recorded> spans, String name) {
        return Objects.requireNonNull(spans.get(name), name);
    }

    private static String name(Recorded span) {
        return span.service().replace("flashsale-", "") + " " + span.name();
    }
}
