package io.flashsale.backend.queue;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.health.Condition;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.Fence;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.telemetry.Tracing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import jakarta.annotation.PreDestroy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Sends to the topic {@value OrderMessage#TOPIC}. A batch is one message to the broker and goes to the queues in turn; each
 * order in it has its own key. Nothing here is retried: an unknown outcome stays in Redis's pending set, and the relay sends
 * it again.
 */
@Component
public final class OrderQueue implements Condition {

    private final DefaultMQProducer producer;
    private final SendRules rules;
    private final int sendTimeoutMs;
    private final Map<SendOutcome, Timer> timers = new EnumMap<>(SendOutcome.class);
    private volatile boolean reached;

    OrderQueue(RocketMQTemplate template, Settings settings) {
        producer = template.getProducer();
        rules = new SendRules(settings.queue());
        sendTimeoutMs = (int) settings.queue().sendTimeout().toMillis();
        producer.setSendMsgTimeout(sendTimeoutMs);
        producer.setRetryTimesWhenSendFailed(0);
        producer.setRetryAnotherBrokerWhenNotStoreOK(false);
        // Compressing 400 bytes costs more than it saves.
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        Gauge.builder("flashsale_breaker_closed", rules, r -> r.closed() ? 1 : 0)
                .description(
                        "1 while orders may be sent to the queue, 0 while the breaker over sending is open or probing")
                .register(Metrics.globalRegistry);
        for (SendOutcome outcome : SendOutcome.values()) {
            timers.put(
                    outcome,
                    Timer.builder("flashsale_queue_send_seconds")
                            .description("one batch of orders to the broker, by what came of it")
                            .tag("outcome", outcome.name())
                            .register(Metrics.globalRegistry));
        }
    }

    /** Sends orders as one batch, under the rules. */
    public SendOutcome send(List<OrderPlaced> orders) {
        return send(orders, Map.of());
    }

    /**
     * The same.
     *
     * @param spans of sending, by the ids of the orders that are recorded; their messages carry them as {@code traceparent}
     */
    public SendOutcome send(List<OrderPlaced> orders, Map<String, Span> spans) {
        var messages = new ArrayList<Message>(orders.size());
        for (OrderPlaced order : orders) {
            var message = new Message(OrderMessage.TOPIC, null, order.orderId(), OrderMessage.encode(order));
            Span span = spans.get(order.orderId());
            if (span != null) {
                span.setAttribute("messaging.system", "rocketmq")
                        .setAttribute("messaging.destination.name", OrderMessage.TOPIC)
                        .setAttribute("messaging.operation.name", "send")
                        .setAttribute("messaging.operation.type", "send")
                        .setAttribute("messaging.rocketmq.message.keys", order.orderId());
                Tracing.carry(span, message::putUserProperty);
            }
            messages.add(message);
        }
        return timed(orders.size(), () -> producer.send(messages, sendTimeoutMs).getSendStatus());
    }

    /**
     * Sends one marker to every queue of the topic.
     *
     * @return the queues, if each has it; null if one of them may not, and the marker must be sent again
     */
    public @Nullable Set<QueueName> mark(List<Fence> fences) {
        try {
            var marker =
                    new Message(OrderMessage.TOPIC, OrderMessage.encode(new EpochMarker(OrderMessage.VERSION, fences)));
            var queues = new HashSet<QueueName>();
            for (var queue : producer.fetchPublishMessageQueues(OrderMessage.TOPIC)) {
                if (producer.send(marker, queue, sendTimeoutMs).getSendStatus() != SendStatus.SEND_OK) {
                    return null;
                }
                queues.add(new QueueName(queue.getBrokerName(), queue.getQueueId()));
            }
            return queues.isEmpty() ? null : queues;
        } catch (MQClientException | RemotingException | MQBrokerException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /**
     * Asks the broker whether it takes messages, by a marker without fences. Sentinel's breaker lets one send try after its
     * pause, and with the edge held back nobody else would try.
     */
    void probe() {
        var marker =
                new Message(OrderMessage.TOPIC, OrderMessage.encode(new EpochMarker(OrderMessage.VERSION, List.of())));
        timed(1, () -> producer.send(marker, sendTimeoutMs).getSendStatus());
    }

    boolean needsProbe() {
        return !reached || !rules.closed();
    }

    /** Whether Sentinel's breaker over sending is closed. */
    public boolean breakerClosed() {
        return rules.closed();
    }

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public @Nullable String problem() {
        if (!reached) {
            return "the broker has not taken a message yet";
        }
        return rules.closed() ? null : "the breaker over sending is open: the broker is slow or fails";
    }

    private SendOutcome timed(int orders, Send send) {
        long began = System.nanoTime();
        SendOutcome outcome = guarded(orders, send);
        timer(outcome).record(System.nanoTime() - began, java.util.concurrent.TimeUnit.NANOSECONDS);
        if (outcome == SendOutcome.SENT) {
            reached = true;
        }
        return outcome;
    }

    private Timer timer(SendOutcome outcome) {
        return java.util.Objects.requireNonNull(timers.get(outcome));
    }

    private SendOutcome guarded(int orders, Send send) {
        Entry entry;
        try {
            entry = SphU.entry(rules.resource(), EntryType.OUT, orders);
        } catch (BlockException blocked) {
            return SendOutcome.BLOCKED;
        }
        try {
            if (send.send() == SendStatus.SEND_OK) {
                return SendOutcome.SENT;
            }
            Tracer.traceEntry(new IllegalStateException("not stored"), entry);
            return SendOutcome.UNKNOWN;
        } catch (MQClientException | RemotingException | MQBrokerException | RuntimeException e) {
            Tracer.traceEntry(e, entry);
            return SendOutcome.UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return SendOutcome.UNKNOWN;
        } finally {
            entry.exit(orders);
        }
    }

    @PreDestroy
    void removeRules() {
        rules.remove();
    }

    private interface Send {
        SendStatus send() throws MQClientException, RemotingException, MQBrokerException, InterruptedException;
    }

    /** One queue of the topic. */
    public record QueueName(String broker, int queueId) {}
}
