package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // The pull consumer's successor hides how many messages one pull brought.
class RealRocketMqIT {
    private static final RealRocketMq rocketMq = RealRocketMq.start();
    private static int instances;

    private final DefaultMQProducer producer = new DefaultMQProducer("testkit-producer");

    @AfterAll
    static void close() {
        rocketMq.close();
    }

    @BeforeEach
    void startProducer() throws Exception {
        instances++;
        producer.setNamesrvAddr(rocketMq.namesrvAddr());
        producer.setInstanceName("producer-" + instances);
        producer.setSendMsgTimeout(3_000);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
    }

    @AfterEach
    void stopProducer() {
        producer.shutdown();
    }

    @Test
    void are_in_containers_where_those_were_asked_for() throws IOException {
        assertThat(Contained.is(rocketMq.namesrvPid())).isEqualTo(Contained.asked());
        assertThat(Contained.is(rocketMq.brokerPid())).isEqualTo(Contained.asked());
    }

    @Test
    void name_server_and_broker_listen_on_loopback_only_and_replication_not_at_all() {
        assertThat(Sockets.listening(rocketMq.namesrvPid()))
                .isEqualTo(Set.of(new InetSocketAddress("127.0.0.1", rocketMq.namesrvPort())));
        assertThat(Sockets.listening(rocketMq.brokerPid()))
                .isEqualTo(Set.of(
                        new InetSocketAddress("127.0.0.1", rocketMq.brokerPort()),
                        new InetSocketAddress("127.0.0.1", rocketMq.brokerPort() - 2)));
    }

    @Test
    void the_topic_for_orders_is_there_with_its_queues() throws Exception {
        assertThat(producer.fetchPublishMessageQueues(RealRocketMq.ORDERS)).hasSize(RealRocketMq.ORDERS_QUEUES);
    }

    @Test
    void a_topic_that_nobody_made_is_refused() {
        assertThatThrownBy(() -> producer.send(message("nobody-made-this", "x")))
                .hasMessageContaining("No route info");
    }

    @Test
    void a_pull_consumer_gets_what_was_sent() throws Exception {
        rocketMq.createTopic("received", 2);
        Set<String> sent = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            String body = "order-" + i;
            assertThat(producer.send(message("received", body)).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            sent.add(body);
        }
        assertThat(receive("received", sent.size())).isEqualTo(sent);
    }

    @Test
    void what_got_send_ok_survives_a_kill() throws Exception {
        rocketMq.createTopic("survives", 1);
        assertThat(producer.send(message("survives", "before")).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
        rocketMq.kill();
        assertThatThrownBy(() -> producer.send(message("survives", "during"))).isInstanceOf(Exception.class);

        rocketMq.restart();
        assertThat(producer.send(message("survives", "after")).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
        assertThat(receive("survives", 2)).isEqualTo(Set.of("before", "after"));
    }

    @Test
    void a_send_to_a_frozen_broker_times_out_and_the_next_one_after_the_thaw_arrives() throws Exception {
        rocketMq.createTopic("frozen", 1);
        producer.send(message("frozen", "before"));
        rocketMq.freeze();
        try {
            assertThatThrownBy(() -> producer.send(message("frozen", "during"), 500))
                    .isInstanceOf(Exception.class);
        } finally {
            rocketMq.thaw();
        }
        assertThat(producer.send(message("frozen", "after")).getSendStatus()).isEqualTo(SendStatus.SEND_OK);
        assertThat(receive("frozen", 2)).contains("before", "after");
    }

    @Test
    void one_pull_brings_a_whole_batch() throws Exception {
        rocketMq.createTopic("batch", 1);
        MessageQueue queue = producer.fetchPublishMessageQueues("batch").get(0);
        String body = "x".repeat(1_000);
        for (int i = 0; i < 10; i++) {
            List<Message> hundred = IntStream.range(0, 100)
                    .mapToObj(n -> message("batch", body))
                    .toList();
            assertThat(producer.send(new ArrayList<>(hundred), queue).getSendStatus())
                    .isEqualTo(SendStatus.SEND_OK);
        }
        assertThat(pull(queue, 1_000).getMsgFoundList()).hasSize(1_000);
    }

    private static PullResult pull(MessageQueue queue, int most) throws Exception {
        DefaultMQPullConsumer consumer = consumer("testkit-batch");
        try {
            return Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> consumer.pull(queue, "*", 0, most),
                            result -> result.getPullStatus() == PullStatus.FOUND && result.getMaxOffset() == 1_000);
        } finally {
            consumer.shutdown();
        }
    }

    /** What the queues of a topic hold, from their beginning. */
    private static Set<String> receive(String topic, int atLeast) throws Exception {
        DefaultMQPullConsumer consumer = consumer("testkit-consumer");
        try {
            Map<MessageQueue, Long> next = new HashMap<>();
            for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(topic)) {
                next.put(queue, 0L);
            }
            Set<String> bodies = new HashSet<>();
            Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
                for (var queue : next.entrySet()) {
                    PullResult result = consumer.pull(queue.getKey(), "*", queue.getValue(), 32);
                    queue.setValue(result.getNextBeginOffset());
                    if (result.getPullStatus() == PullStatus.FOUND) {
                        result.getMsgFoundList()
                                .forEach(message -> bodies.add(new String(message.getBody(), StandardCharsets.UTF_8)));
                    }
                }
                return bodies.size() >= atLeast;
            });
            return bodies;
        } finally {
            consumer.shutdown();
        }
    }

    private static DefaultMQPullConsumer consumer(String group) throws Exception {
        var consumer = new DefaultMQPullConsumer(group);
        consumer.setNamesrvAddr(rocketMq.namesrvAddr());
        consumer.setInstanceName(group + "-" + instances);
        consumer.start();
        return consumer;
    }

    private static Message message(String topic, String body) {
        return new Message(topic, body.getBytes(StandardCharsets.UTF_8));
    }
}
