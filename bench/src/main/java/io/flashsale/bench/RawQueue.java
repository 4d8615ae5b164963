package io.flashsale.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;

/** The queue's own limit: orders sent one by one, each waited for, by many threads, on the same broker. */
final class RawQueue {

    static final int THREADS = 32;
    private static final String TOPIC = "flashsale-bench";
    private static final byte[] BODY =
            ("{\"type\":\"ORDER_PLACED\",\"v\":1,\"orderId\":\"1-1l7ctok4r0phf\",\"promoId\":1,\"promoItemId\":1,\"sku\":\"SKU0001\",\"userId\":\"bench000001\",\"userLevel\":1,\"quantity\":1,\"priceMinor\":1999,\"currency\":\"CNY\",\"promoVersion\":1,\"requestId\":\"bench-0000000001\",\"epoch\":1,\"seq\":123456,\"reservedAt\":1795132800000,\"payBefore\":1795134600000,\"traceId\":\"0123456789abcdef0123456789abcdef\"}")
                    .getBytes(StandardCharsets.UTF_8);

    private final Target target;

    RawQueue(Target target) {
        this.target = target;
        Commands.require(
                List.of(target.root() + "/ops/rocketmq/rocketmq.sh", "create-topic", TOPIC, "4"),
                Map.of(
                        "FLASHSALE_NAMESRV_PORT", Integer.toString(target.port("NAMESRV")),
                        "FLASHSALE_BROKER_PORT", Integer.toString(target.port("BROKER"))));
    }

    static Series series(Plan plan) {
        return new Series(
                "raw RocketMQ sync send", THREADS + " threads one by one, %.0f s".formatted(plan.rawSeconds()));
    }

    /** Sends for a while; one figure per run of {@code seconds}, after {@code warmUp} seconds that do not count. */
    void measure(Series into, int runs, double seconds, double warmUp) {
        var producer = new DefaultMQProducer("flashsale-bench");
        producer.setNamesrvAddr("127.0.0.1:" + target.port("NAMESRV"));
        producer.setSendMsgTimeout(5000);
        var sent = new LongAdder();
        var failed = new LongAdder();
        var stop = new AtomicBoolean();
        var ended = new CountDownLatch(THREADS);
        try {
            producer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("cannot reach the queue", e);
        }
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            new Thread(() -> {
                        long number = 0;
                        while (!stop.get()) {
                            if (sendOne(producer, thread + "-" + number++)) {
                                sent.increment();
                            } else {
                                failed.increment();
                            }
                        }
                        ended.countDown();
                    })
                    .start();
        }
        Clock.pass(warmUp);
        for (int run = 0; run < runs; run++) {
            long before = sent.sum();
            double took = Clock.pass(seconds);
            into.add((sent.sum() - before) / took);
        }
        stop.set(true);
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.shutdown();
        into.note(failed.sum() == 0 ? "" : failed.sum() + " failed");
    }

    private static boolean sendOne(DefaultMQProducer producer, String key) {
        try {
            return producer.send(new Message(TOPIC, null, key, BODY)).getSendStatus() == SendStatus.SEND_OK;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception refused) {
            return false; // counted by the caller
        }
    }
}
