package io.flashsale.rocketmq;

import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * Makes topics and returns when clients can use them: {@code CreateTopic NAMESRV BROKER TOPIC QUEUES [TOPIC QUEUES]…}.
 *
 * <p>Waits up to 60 s for both servers, so it also serves as the readiness check after a start. A topic that is there
 * already keeps its messages; only its number of queues follows. Exit code 0 when every topic has its queues in the name
 * server's route, 1 with a sentence on standard error when not, 2 on wrong arguments.
 */
public final class CreateTopic {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /** A registration takes some 10 ms; asking more often than this only takes CPU from the servers that start. */
    private static final Duration POLL = Duration.ofMillis(100);

    private final DefaultMQAdminExt admin;
    private final String broker;
    private final long giveUpNanos = System.nanoTime() + DEADLINE.toNanos();

    private CreateTopic(DefaultMQAdminExt admin, String broker) {
        this.admin = admin;
        this.broker = broker;
    }

    public static void main(String[] args) throws InterruptedException {
        Map<String, Integer> topics = parse(args);
        if (topics.isEmpty()) {
            System.err.println("usage: CreateTopic NAMESRV BROKER TOPIC QUEUES [TOPIC QUEUES]…");
            System.exit(2);
        }
        DefaultMQAdminExt admin = new DefaultMQAdminExt(Duration.ofSeconds(5).toMillis());
        admin.setNamesrvAddr(args[0]);
        admin.setInstanceName("create-topic-" + ProcessHandle.current().pid());
        int exit = 0;
        try {
            admin.start();
            new CreateTopic(admin, args[1]).create(topics);
        } catch (MQClientException | IllegalStateException e) {
            System.err.println(
                    "cannot create " + topics.keySet() + " at name server " + args[0] + ": " + e.getMessage());
            exit = 1;
        } finally {
            admin.shutdown();
        }
        System.exit(exit);
    }

    /** Topic to number of queues; empty if the arguments are not pairs with a number from 1 to 1024. */
    static Map<String, Integer> parse(String[] args) {
        Map<String, Integer> topics = new LinkedHashMap<>();
        if (args.length < 4 || args.length % 2 != 0) {
            return Map.of();
        }
        for (int i = 2; i < args.length; i += 2) {
            if (!args[i + 1].matches("[1-9][0-9]{0,3}") || Integer.parseInt(args[i + 1]) > 1024) {
                return Map.of();
            }
            topics.put(args[i], Integer.valueOf(args[i + 1]));
        }
        return topics;
    }

    private void create(Map<String, Integer> topics) throws InterruptedException {
        await("broker " + broker + " does not register", this::registered);
        for (Map.Entry<String, Integer> topic : topics.entrySet()) {
            TopicConfig config = new TopicConfig(topic.getKey(), topic.getValue(), topic.getValue());
            await("broker " + broker + " does not take topic " + topic.getKey(), () -> {
                admin.createAndUpdateTopicConfig(broker, config);
                return true;
            });
        }
        for (Map.Entry<String, Integer> topic : topics.entrySet()) {
            await("no route for topic " + topic.getKey(), () -> routed(topic.getKey(), topic.getValue()));
        }
    }

    /**
     * A broker registers when it starts, but before it is connected to the name server, so in vain; it tries again
     * 10 s later. Setting its permission (to what it is) makes it register at once.
     */
    private boolean registered() throws RemotingException, MQBrokerException, MQClientException, InterruptedException {
        Map<String, BrokerData> brokers = admin.examineBrokerClusterInfo().getBrokerAddrTable();
        if (brokers != null
                && brokers.values().stream()
                        .anyMatch(known -> known.getBrokerAddrs().containsValue(broker))) {
            return true;
        }
        Properties permission = new Properties();
        permission.setProperty("brokerPermission", String.valueOf(PermName.PERM_READ | PermName.PERM_WRITE));
        try {
            admin.updateBrokerConfig(broker, permission);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("UTF-8 is always there", e);
        }
        return false;
    }

    private boolean routed(String topic, int queues) throws RemotingException, MQClientException, InterruptedException {
        List<QueueData> route = admin.examineTopicRouteInfo(topic).getQueueDatas();
        return route.stream().mapToInt(QueueData::getWriteQueueNums).sum() >= queues;
    }

    private void await(String what, Condition condition) throws InterruptedException {
        Exception last = null;
        while (System.nanoTime() < giveUpNanos) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (RemotingException | MQBrokerException | MQClientException e) {
                last = e;
            }
            Thread.sleep(POLL.toMillis());
        }
        throw new IllegalStateException(
                what + " within " + DEADLINE.toSeconds() + " s" + (last == null ? "" : ": " + last), last);
    }

    private interface Condition {
        boolean holds() throws RemotingException, MQBrokerException, MQClientException, InterruptedException;
    }
}
