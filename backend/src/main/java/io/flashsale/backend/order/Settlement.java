package io.flashsale.backend.order;

import io.flashsale.backend.policy.PurchasePolicy;
import io.flashsale.backend.policy.Request;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.queue.SendOutcome;
import io.flashsale.backend.stock.Messages;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.stock.StockFunctions.Decided;
import io.flashsale.backend.stock.StockFunctions.Decision;
import io.flashsale.backend.stock.StockFunctions.Verdict;
import io.flashsale.contract.Code;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.StockKeys;
import io.flashsale.telemetry.BatchSpans;
import io.flashsale.telemetry.Tracing;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The one way from a reservation to a queued order: policy, decide, send, acknowledge, for a batch at a time. The intake and
 * the relay both go it, as often as they like: the first verdict wins, and an order that is sent twice is one order.
 *
 * <p>An order that does not reach the end stays in the pending set and is answered PENDING. Nothing is ever given back for an
 * unknown outcome.
 */
@Component
final class Settlement {

    private final PurchasePolicy policy;
    private final StockFunctions functions;
    private final OrderQueue queue;
    private final Tracing tracing;
    private final Counter unanswered = Counter.builder("flashsale_stock_calls_unanswered_total")
            .description("calls to Redis whose outcome is not known")
            .register(Metrics.globalRegistry);

    Settlement(PurchasePolicy policy, StockFunctions functions, OrderQueue queue, Tracing tracing) {
        this.policy = policy;
        this.functions = functions;
        this.queue = queue;
        this.tracing = tracing;
    }

    /** @param candidates at most {@link StockFunctions#MAX_BATCH}; @return what to answer for each, in their order */
    List<Code> settle(List<Candidate> candidates) {
        try (var spans = BatchSpans.of(tracing, "settle orders", candidates.size(), recorded(candidates))) {
            return settle(candidates, spans);
        }
    }

    private static Map<String, Span> recorded(List<Candidate> candidates) {
        Map<String, Span> recorded = Map.of();
        for (Candidate candidate : candidates) {
            if (candidate.span().isRecording()) {
                recorded = recorded.isEmpty() ? new HashMap<>() : recorded;
                recorded.put(candidate.orderId(), candidate.span());
            }
        }
        return recorded;
    }

    private List<Code> settle(List<Candidate> candidates, BatchSpans spans) {
        var answers = new Code[candidates.size()];
        Arrays.fill(answers, Code.PENDING);
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < answers.length; i++) {
            indexes.put(candidates.get(i).orderId(), i);
        }
        List<Sendable> toSend = new ArrayList<>();
        spans.step("policy");
        var verdicts = judge(candidates);
        spans.step("decide");
        for (var call : decide(candidates, verdicts).entrySet()) {
            var decision = answered(call.getValue());
            if (decision == null) {
                continue;
            }
            for (Decided decided : decision.orders()) {
                if (decided.outcome().equals(PurchasePolicy.SEND) && decided.reservation() != null) {
                    toSend.add(sendable(call.getKey(), decision, decided));
                    continue;
                }
                Integer index = indexes.get(decided.orderId());
                if (index != null) {
                    answers[index] = answerOf(decided.outcome());
                }
            }
        }
        for (String orderId : sendAndAcknowledge(toSend, spans)) {
            Integer index = indexes.get(orderId);
            if (index != null) {
                answers[index] = Code.RESERVED;
            }
        }
        return Arrays.asList(answers);
    }

    /** Null if Redis did not answer: its orders stay unknown, and those of other items are not drawn into it. */
    private <T> @Nullable T answered(CompletionStage<? extends @Nullable T> call) {
        try {
            return StockFunctions.await(call);
        } catch (RedisException unknown) {
            unanswered.increment();
            return null;
        }
    }

    private record Sendable(StockKeys keys, OrderPlaced order) {}

    private List<String> judge(List<Candidate> candidates) {
        var open = new ArrayList<Request>();
        for (Candidate candidate : candidates) {
            if (!candidate.decided()) {
                open.add(new Request(candidate.keys(), candidate.userId(), candidate.level(), candidate.quantity()));
            }
        }
        var judged = open.isEmpty() ? List.<String>of() : policy.judge(open);
        var verdicts = new ArrayList<String>(candidates.size());
        int next = 0;
        for (Candidate candidate : candidates) {
            verdicts.add(candidate.decided() ? PurchasePolicy.SEND : judged.get(next++));
        }
        return verdicts;
    }

    /** One call per item, all under way at once. */
    private Map<StockKeys, CompletionStage<@Nullable Decision>> decide(
            List<Candidate> candidates, List<String> verdicts) {
        var byItem = new LinkedHashMap<StockKeys, List<Verdict>>();
        for (int i = 0; i < candidates.size(); i++) {
            byItem.computeIfAbsent(candidates.get(i).keys(), keys -> new ArrayList<>())
                    .add(new Verdict(candidates.get(i).orderId(), verdicts.get(i)));
        }
        var calls = new LinkedHashMap<StockKeys, CompletionStage<@Nullable Decision>>();
        byItem.forEach((keys, some) -> calls.put(keys, functions.decide(keys, some)));
        return calls;
    }

    private static Sendable sendable(StockKeys keys, Decision decision, Decided decided) {
        return new Sendable(
                keys,
                Messages.placed(
                        decided.orderId(),
                        keys,
                        decision.promoId(),
                        decision.priceMinor(),
                        decision.currency(),
                        decision.promoVersion(),
                        java.util.Objects.requireNonNull(decided.reservation())));
    }

    /** @return the orders that the queue has and whose epoch still was the same after that */
    private List<String> sendAndAcknowledge(List<Sendable> toSend, BatchSpans spans) {
        if (toSend.isEmpty()) {
            return List.of();
        }
        var orders = toSend.stream().map(Sendable::order).toList();
        var ids = orders.stream().map(OrderPlaced::orderId).toList();
        if (queue.send(orders, spans.step("send " + OrderMessage.TOPIC, SpanKind.PRODUCER, ids)) != SendOutcome.SENT) {
            return List.of();
        }
        spans.step("acknowledge", SpanKind.INTERNAL, ids);
        var byItem = new LinkedHashMap<StockKeys, List<String>>();
        for (Sendable sent : toSend) {
            byItem.computeIfAbsent(sent.keys(), keys -> new ArrayList<>())
                    .add(sent.order().orderId());
        }
        var calls = new LinkedHashMap<StockKeys, CompletionStage<Boolean>>();
        byItem.forEach((keys, some) -> calls.put(keys, functions.acknowledge(keys, some)));
        var acknowledged = new ArrayList<String>();
        calls.forEach((keys, call) -> {
            if (Boolean.TRUE.equals(answered(call))) {
                acknowledged.addAll(byItem.getOrDefault(keys, List.of()));
            }
        });
        return acknowledged;
    }

    /** What a verdict other than SEND means to the buyer. */
    static Code answerOf(String outcome) {
        return switch (outcome) {
            // Cancelled or expired since: it was an order, and its row says what became of it.
            case "GIVEN_BACK" -> Code.RESERVED;
            // Redis does not know it. If the reservation comes later after all, the relay finds it.
            case "UNKNOWN" -> Code.PENDING;
            default -> Code.valueOf(outcome);
        };
    }
}
