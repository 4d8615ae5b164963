package io.flashsale.e2e.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.exception.RemotingException;

/** Puts messages into the queue of orders that the backend did not: copies of its own, late and in another order, and rubbish. */
public final class Postman implements AutoCloseable {

    private static final String TOPIC = "flashsale-orders";
    private static final int MOST_COPIES = 4;
    private static final int LATEST_MS = 3000;

    private final DefaultMQProducer producer;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(3);
    private final Random random = new Random(19);
    private final AtomicInteger copies = new AtomicInteger();
    private final String namesrv;
    private volatile boolean closed;

    public Postman(Installation installation) {
        this.namesrv = "127.0.0.1:" + installation.port("NAMESRV");
        this.producer = new DefaultMQProducer("e2e-postman-" + System.nanoTime());
        producer.setNamesrvAddr(namesrv);
        producer.setInstanceName("postman-producer-" + System.nanoTime());
        try {
            producer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("no queue to write to", e);
        }
    }

    /** From now on each message about this SKU comes two to five times in all, the copies up to three seconds late. */
    public void copyAll(String sku) {
        var reader = new DefaultLitePullConsumer("e2e-reader-" + System.nanoTime());
        reader.setNamesrvAddr(namesrv);
        reader.setInstanceName("postman-reader-" + System.nanoTime());
        reader.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        try {
            reader.subscribe(TOPIC, "*");
            reader.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("no queue to read", e);
        }
        threads.execute(() -> {
            while (!closed) {
                for (MessageExt message : reader.poll(200)) {
                    String text = new String(message.getBody(), StandardCharsets.UTF_8);
                    // not the copies' copies
                    if (text.contains('"' + sku + '"') && message.getUserProperty("copy") == null) {
                        copyLater(message);
                    }
                }
            }
            reader.shutdown();
        });
    }

    /** How many copies were sent. */
    public int copies() {
        return copies.get();
    }

    public void send(byte[] body) {
        send(new Message(TOPIC, body));
    }

    private void copyLater(MessageExt original) {
        List<Integer> delays = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(MOST_COPIES); i++) {
            delays.add(random.nextInt(LATEST_MS));
        }
        Collections.shuffle(delays, random);
        for (int delay : delays) {
            Message copy = new Message(TOPIC, original.getBody());
            copy.setKeys(original.getKeys());
            copy.putUserProperty("copy", "yes");
            threads.schedule(
                    () -> {
                        send(copy);
                        copies.incrementAndGet();
                    },
                    delay,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void send(Message message) {
        try {
            producer.send(message);
        } catch (MQClientException | RemotingException | MQBrokerException e) {
            throw new IllegalStateException("not sent", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.shutdown();
    }
}
