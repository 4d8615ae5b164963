package io.flashsale.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.testkit.Collector;
import io.flashsale.testkit.Collector.Recorded;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans on their way to a real listener. */
class TracingTest {

    private static final String ID = "0123456789abcdef";
    private static final String TRACE = "0000000000000000" + ID;

    private final Collector collector = Collector.listen(0);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeEach
    void countHere() {
        Metrics.addRegistry(meters);
    }

    @AfterEach
    void close() {
        collector.close();
        Metrics.removeRegistry(meters);
    }

    @Test
    void a_span_stands_under_the_edges_in_the_orders_trace() {
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            tracing.start(tracing.handOver(ID), "order", SpanKind.SERVER).end();
            tracing.start(tracing.purchase(ID), "relay", SpanKind.INTERNAL).end();
        }
        assertThat(collector.spansOf(TRACE))
                .extracting(Recorded::service, Recorded::name, Recorded::parent, Recorded::kind)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("part", "order", "8123456789abcdef", 2),
                        org.assertj.core.groups.Tuple.tuple("part", "relay", ID, 1));
    }

    /** The same numbers are in the edge's specs: CRC32 of the digits is 0x68c4f033, 0.4093 of all. */
    @Test
    void which_orders_are_recorded_is_decided_as_the_edge_decides_it() {
        try (var above = Tracing.to("part", collector.url(), 0.4093);
                var below = Tracing.to("part", collector.url(), 0.4092)) {
            assertThat(above.purchase(ID).isSampled()).isTrue();
            assertThat(below.purchase(ID).isValid()).isFalse();
        }
    }

    @Test
    void the_share_is_the_one_that_was_asked_for() {
        try (var tracing = Tracing.to("part", collector.url(), 0.1)) {
            long sampled = IntStream.range(0, 20_000)
                    .mapToObj(n -> "%010x%06x".formatted(0x5eed12ab00L, n))
                    .filter(id -> tracing.purchase(id).isSampled())
                    .count();
            assertThat(sampled).isBetween(1_800L, 2_200L);
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "trace-1", "0123456789abcdeg", "0123456789abcdef0"})
    void what_is_no_trace_id_of_the_edges_is_not_recorded(String id) {
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            assertThat(tracing.start(tracing.purchase(id), "order", SpanKind.SERVER))
                    .isSameAs(Span.getInvalid());
        }
    }

    @Test
    void without_a_collector_or_a_share_nothing_is_recorded() {
        for (var tracing :
                List.of(Tracing.to("part", null, 1), Tracing.to("part", collector.url(), 0), Tracing.off())) {
            assertThat(tracing.on()).isFalse();
            assertThat(tracing.purchase(ID).isValid()).isFalse();
            assertThat(tracing.carried("00-" + TRACE + "-" + ID + "-01").isValid())
                    .isFalse();
            tracing.close();
        }
    }

    @Test
    void a_span_is_carried_to_another_part_by_the_w3c_header() {
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            Span sent = tracing.start(tracing.purchase(ID), "send", SpanKind.PRODUCER);
            Map<String, String> headers = new HashMap<>();
            Tracing.carry(sent, headers::put);
            String span = sent.getSpanContext().getSpanId();
            assertThat(headers).containsExactly(Map.entry("traceparent", "00-" + TRACE + "-" + span + "-01"));
            SpanContext carried = tracing.carried(headers.get("traceparent"));
            assertThat(carried.isRemote()).isTrue();
            assertThat(carried.getSpanId()).isEqualTo(span);
            assertThat(tracing.carried("00-" + TRACE + "-" + span + "-00").isValid())
                    .as("not sampled")
                    .isFalse();
            assertThat(tracing.carried("rubbish").isValid()).isFalse();

            Map<String, String> none = new HashMap<>();
            Tracing.carry(Span.getInvalid(), none::put);
            assertThat(none).isEmpty();
        }
    }

    @Test
    void a_batch_has_a_span_that_links_to_its_orders_and_each_order_one_for_each_step() {
        String other = "0123456789abcdee";
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            Span first = tracing.start(tracing.handOver(ID), "order", SpanKind.SERVER);
            Span second = tracing.start(tracing.handOver(other), "order", SpanKind.SERVER);
            try (var batch = BatchSpans.of(tracing, "settle", 7, Map.of("1", first, "2", second))) {
                batch.step("decide");
                assertThat(batch.step("send", SpanKind.PRODUCER, List.of("2", "3")))
                        .containsOnlyKeys("2");
            }
            first.end();
            second.end();
        }
        assertThat(collector.spans())
                .filteredOn(span -> span.name().equals("settle"))
                .singleElement()
                .satisfies(batch -> {
                    assertThat(batch.links()).containsExactlyInAnyOrder(TRACE, "0000000000000000" + other);
                    assertThat(batch.attributes()).containsEntry("messaging.batch.message_count", "7");
                    assertThat(batch.trace()).isNotIn(batch.links());
                });
        assertThat(collector.spansOf(TRACE)).extracting(Recorded::name).containsExactlyInAnyOrder("decide", "order");
        assertThat(collector.spansOf("0000000000000000" + other))
                .extracting(Recorded::name)
                .containsExactlyInAnyOrder("decide", "send", "order");
    }

    /** Each span that has a clock of its own is wrong by as much as it was interrupted between reading one clock and the other. */
    @Test
    void no_step_of_an_order_begins_before_it_or_ends_after_it() {
        int orders = 600;
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            for (int i = 0; i < orders; i++) {
                String id = "%016x".formatted(0x0123456789abcd00L + i);
                Span order = tracing.start(tracing.handOver(id), "order", SpanKind.SERVER);
                try (var batch = BatchSpans.of(tracing, "settle", 1, Map.of("1", order))) {
                    batch.step("decide");
                }
                order.end();
            }
        }
        Map<String, Recorded> whole = collector.spans().stream()
                .filter(span -> span.name().equals("order"))
                .collect(Collectors.toMap(Recorded::trace, Function.identity()));
        assertThat(whole).hasSize(orders);
        assertThat(collector.spans())
                .filteredOn(span -> span.name().equals("decide"))
                .hasSize(orders)
                .allSatisfy(step -> {
                    Recorded order = Objects.requireNonNull(whole.get(step.trace()));
                    assertThat(step.start()).isGreaterThanOrEqualTo(order.start());
                    assertThat(step.end()).isLessThanOrEqualTo(order.end());
                });
    }

    @Test
    void a_batch_without_a_recorded_order_has_no_span() {
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            try (var batch = BatchSpans.of(tracing, "settle", 7, Map.of())) {
                batch.step("decide");
                assertThat(batch.step("send", SpanKind.PRODUCER, List.of("2"))).isEmpty();
            }
        }
        assertThat(collector.spans()).isEmpty();
    }

    @Test
    void what_the_collector_does_not_take_is_lost_and_what_finds_no_room_dropped_and_both_are_counted() {
        collector.answer(503);
        try (var tracing = Tracing.to("part", collector.url(), 1)) {
            SpanContext parent = tracing.purchase(ID);
            tracing.start(parent, "lost", SpanKind.INTERNAL).end();
            Awaitility.await().until(() -> counted("lost") == 1);
            for (int i = 0; i < 20_000; i++) {
                tracing.start(parent, "too many", SpanKind.INTERNAL).end();
            }
            Awaitility.await().until(() -> counted("lost") + counted("dropped") == 20_001);
            assertThat(counted("dropped")).isPositive();
            collector.answer(200);
            tracing.start(parent, "after", SpanKind.INTERNAL).end();
            Awaitility.await().until(() -> counted("sent") == 1);
        }
        assertThat(collector.spansOf(TRACE)).extracting(Recorded::name).containsExactly("after");
    }

    private double counted(String outcome) {
        return meters.get("flashsale_trace_spans_total")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
