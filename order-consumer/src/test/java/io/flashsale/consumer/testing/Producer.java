package io.flashsale.consumer.testing;

import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.testkit.RealRocketMq;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.exception.OffsetNotFoundException;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;

/** Sends to a topic of its own, as the backend does: in batches, with the order's id as key. */
public final class Producer implements AutoCloseable {

    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final int BATCH = 64;

    public final String topic;
    private final DefaultMQProducer client;
    private final List<MessageQueue> queues;
    private int next;

    private Producer(DefaultMQProducer client, String topic, List<MessageQueue> queues) {
        this.client = client;
        this.topic = topic;
        this.queues = queues;
    }

    public static Producer open(RealRocketMq broker, String topic, int queues) {
        broker.createTopic(topic, queues);
        var client = new DefaultMQProducer("consumer-test-producer");
        client.setNamesrvAddr(broker.namesrvAddr());
        client.setInstanceName("producer-" + INSTANCES.incrementAndGet());
        client.setSendMsgTimeout(10_000);
        try {
            client.start();
            return new Producer(client, topic, List.copyOf(client.fetchPublishMessageQueues(topic)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Over all queues in turn. */
    public void send(List<OrderPlaced> orders) {
        for (int from = 0; from < orders.size(); from += BATCH) {
            List<Message> batch = new ArrayList<>();
            for (OrderPlaced order : orders.subList(from, Math.min(orders.size(), from + BATCH))) {
                batch.add(new Message(topic, null, order.orderId(), OrderMessage.encode(order)));
            }
            send(batch, queues.get(next++ % queues.size()));
        }
    }

    public void send(OrderMessage message, String key, int queue) {
        send(List.of(new Message(topic, null, key, OrderMessage.encode(message))), queues.get(queue));
    }

    public void send(byte[] body, String key, int queue) {
        send(List.of(new Message(topic, null, key, body)), queues.get(queue));
    }

    /** A marker goes to every queue. */
    public void sendToAll(OrderMessage message) {
        queues.forEach(queue -> send(List.of(new Message(topic, null, "", OrderMessage.encode(message))), queue));
    }

    public int queues() {
        return queues.size();
    }

    /** How many messages the topic's queues have had. */
    public long sent() {
        long sum = 0;
        for (MessageQueue queue : queues) {
            try {
                sum += factory().getMQAdminImpl().maxOffset(queue);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        return sum;
    }

    /** How many of them the broker has been told that the group has consumed. */
    public long consumed(String group) {
        long sum = 0;
        for (MessageQueue queue : queues) {
            var question = new QueryConsumerOffsetRequestHeader();
            question.setTopic(topic);
            question.setConsumerGroup(group);
            question.setQueueId(queue.getQueueId());
            question.setBrokerName(queue.getBrokerName());
            try {
                sum += factory()
                        .getMQClientAPIImpl()
                        .queryConsumerOffset(
                                factory().findBrokerAddressInPublish(queue.getBrokerName()), question, 5_000);
            } catch (OffsetNotFoundException e) {
                // Nothing yet.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        return sum;
    }

    @SuppressWarnings("deprecation") // the only way to a client that asks for offsets and joins no group
    private MQClientInstance factory() {
        return client.getDefaultMQProducerImpl().getMqClientFactory();
    }

    private void send(List<Message> batch, MessageQueue queue) {
        try {
            var result = batch.size() == 1 ? client.send(batch.get(0), queue) : client.send(batch, queue);
            if (result.getSendStatus() != SendStatus.SEND_OK) {
                throw new IllegalStateException("not sent: " + result);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
