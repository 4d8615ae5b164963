package io.flashsale.consumer.intake;

import io.flashsale.consumer.intake.Delivery.Queue;
import io.flashsale.consumer.settings.ConsumerSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * One member of the consumer group. Used by one thread, but for {@link #behind}.
 *
 * <p>Guarantees: a queue's messages come in its order; an offset is stored at the broker only after {@link #acknowledge}; a group that is
 * new begins with the first message there is. Does not guarantee that a message comes once: after a crash, or when queues move between
 * members, everything since the last stored offset comes again.
 *
 * <p>What the client does by itself (5.3.2): it pulls each assigned queue into memory until a bound is reached, then looks again every
 * 50 ms. It stores at the broker what {@code commit} was given, every {@code persistConsumerOffsetInterval} (first after 10 s), when a queue
 * is taken away and at the end, without waiting for an answer; an offset for a queue that was taken away meanwhile is ignored. A queue that
 * is taken away loses what was pulled of it, and starts from the broker's offset when it comes back. Offsets that went backward are
 * possible, so are gone-by messages; offsets ahead of an acknowledged batch are not.
 */
final class OrderQueue implements AutoCloseable {

    /** As the broker has it at most this much later; a crash repeats what was acknowledged since. */
    private static final int STORE_OFFSETS_MS = 1_000;

    /** A member whose broker or name server comes back is working again after at most about this long; the client's default is 30 s. */
    private static final int HEARTBEAT_MS = 3_000;

    private static final int PULL_RETRY_MS = 500;

    private final DefaultLitePullConsumer client;
    private final ConsumerSettings.Intake settings;
    private volatile int queues;

    OrderQueue(String namesrv, ConsumerSettings.Intake settings) {
        this.settings = settings;
        client = new DefaultLitePullConsumer(settings.group());
        client.setNamesrvAddr(namesrv);
        client.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        client.setAutoCommit(false);
        client.setAllocateMessageQueueStrategy(new EvenShares());
        client.setPersistConsumerOffsetInterval(STORE_OFFSETS_MS);
        client.setHeartbeatBrokerInterval(HEARTBEAT_MS);
        client.setPollNameServerInterval(HEARTBEAT_MS);
        client.setPullTimeDelayMillsWhenException(PULL_RETRY_MS);
        client.setPullBatchSize(settings.pullMessages());
        client.setPullThresholdForAll(settings.prefetchMessages());
        client.setPullThresholdForQueue(settings.prefetchQueueMessages());
        client.setPullThresholdSizeForQueue(settings.prefetchQueueMebibytes());
        client.setConsumeMaxSpan(settings.prefetchQueueMessages() * 2);
    }

    void start() throws MQClientException {
        client.subscribe(settings.topic(), "*", (topic, all, mine) -> queues = all.size());
        client.start();
    }

    /** Whether the broker has told which queues there are. */
    boolean routeKnown() {
        return queues > 0;
    }

    /** The queues that this member reads. */
    Collection<Queue> assigned() throws MQClientException {
        return Set.copyOf(client.assignment()).stream().map(OrderQueue::queue).toList();
    }

    /**
     * What a member has yet to do.
     *
     * @param messages that are not acknowledged, of the queues that it reads
     * @param queues that it reads
     * @param of all that there are, as it has heard
     */
    record Behind(long messages, int queues, int of) {}

    /** Asks the broker, once for each queue. */
    Behind behind() throws MQClientException {
        Set<MessageQueue> mine = Set.copyOf(client.assignment());
        long behind = 0;
        for (MessageQueue queue : mine) {
            // of what is stored until then the first that is not: the end
            long end = client.offsetForTimestamp(queue, Long.MAX_VALUE);
            behind += Math.max(0, end - Math.max(0, client.committed(queue)));
        }
        return new Behind(behind, mine.size(), queues);
    }

    /**
     * The next batch. Waits for a first message, then a little for more, until the batch is full by number or bytes.
     *
     * @param wait for the first message
     * @return those of one queue in its order; empty if none came
     */
    List<Delivery> next(long wait) {
        List<Delivery> batch = new ArrayList<>(settings.batchMessages() + settings.pullMessages());
        long bytes = add(batch, client.poll(wait));
        if (batch.isEmpty()) {
            return batch;
        }
        long end = System.nanoTime() + settings.linger().toNanos();
        while (batch.size() < settings.batchMessages() && bytes < settings.batchBytes()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            List<MessageExt> more = client.poll(Math.max(0, left));
            if (more.isEmpty() && left <= 0) {
                break;
            }
            bytes += add(batch, more);
        }
        return batch;
    }

    /** The batch is in MySQL, or parked there: it need not come again. */
    void acknowledge(List<Delivery> batch) {
        Map<MessageQueue, Long> next = new HashMap<>();
        for (Delivery delivery : batch) {
            Queue queue = delivery.queue();
            next.merge(new MessageQueue(queue.topic(), queue.broker(), queue.id()), delivery.offset() + 1, Math::max);
        }
        client.commit(next, false);
    }

    @Override
    public void close() {
        client.shutdown();
    }

    private static long add(List<Delivery> batch, List<MessageExt> messages) {
        long bytes = 0;
        for (MessageExt message : messages) {
            byte[] body = message.getBody() == null ? new byte[0] : message.getBody();
            bytes += body.length;
            batch.add(new Delivery(
                    offsetMessageId(message),
                    new Queue(message.getTopic(), message.getBrokerName(), message.getQueueId()),
                    message.getQueueOffset(),
                    message.getKeys(),
                    body,
                    message.getStoreTimestamp(),
                    message.getUserProperty("traceparent")));
        }
        return bytes;
    }

    /** {@code getMsgId} is the sender's id, the same for a message that its client sent twice; parking is by what the broker stored. */
    private static String offsetMessageId(MessageExt message) {
        return message instanceof org.apache.rocketmq.common.message.MessageClientExt stored
                ? stored.getOffsetMsgId()
                : message.getMsgId();
    }

    private static Queue queue(MessageQueue queue) {
        return new Queue(queue.getTopic(), queue.getBrokerName(), queue.getQueueId());
    }
}
