package io.flashsale.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A name server and a broker, run by {@code ops/rocketmq/rocketmq.sh} with the configuration of production (only with
 * less heap), and the topic {@value #ORDERS} with {@value #ORDERS_QUEUES} queues.
 *
 * <p>A message that got SEND_OK survives {@link #kill}. The faults are the broker's; the name server stays.
 */
public final class RealRocketMq implements AutoCloseable {
    public static final String ORDERS = "flashsale-orders";
    public static final int ORDERS_QUEUES = 4;
    private static final String SCRIPT_IN_IMAGE = "/opt/flashsale/ops/rocketmq/rocketmq.sh";
    private static @Nullable RealRocketMq shared;

    private final Path folder = Reaper.newFolder("rocketmq");
    private final int namesrvPort = Ports.free();
    /** The broker also opens the port two below. */
    private final int brokerPort = Ports.freeWithSecond(2);

    private final String script;
    private final Map<String, String> environment;
    private final Server namesrv;
    private final Server broker;

    private RealRocketMq() {
        Path module = Checkout.root().resolve("ops/rocketmq");
        if (!Files.isRegularFile(module.resolve("target/classpath"))) {
            throw new TestkitException("RocketMQ's jars are not in " + module.resolve("target")
                    + ": run 'mvn -pl ops/rocketmq -am package' in the checkout's root");
        }
        script = module.resolve("rocketmq.sh").toString();
        Map<String, String> settings = Map.of(
                "FLASHSALE_ROCKETMQ_HOME", folder.toString(),
                "FLASHSALE_NAMESRV_PORT", String.valueOf(namesrvPort),
                "FLASHSALE_BROKER_PORT", String.valueOf(brokerPort),
                "FLASHSALE_BROKER_JAVA_OPTS", "-Xms64m -Xmx256m",
                // The image says otherwise.
                "FLASHSALE_ROCKETMQ_LISTEN", "127.0.0.1");
        environment = new HashMap<>(settings);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        namesrv = server("RocketMQ's name server", "namesrv", settings);
        broker = server("RocketMQ's broker", "broker", settings);
    }

    /** A container has a Java of its own. */
    private Server server(String name, String role, Map<String, String> settings) {
        boolean contained = Containers.wanted();
        return Server.of(
                name,
                "debian-rocketmq",
                folder,
                role + ".out",
                contained ? settings : environment,
                List.of(contained ? SCRIPT_IN_IMAGE : script, role));
    }

    /** A pair of one's own; close it after use. Takes some seconds. */
    public static RealRocketMq start() {
        RealRocketMq rocketMq = new RealRocketMq();
        rocketMq.namesrv.start(() -> Ports.accept(rocketMq.namesrvPort));
        rocketMq.startBroker();
        return rocketMq;
    }

    /** The one pair of this JVM, started by the first call. */
    public static synchronized RealRocketMq shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    public String namesrvAddr() {
        return "127.0.0.1:" + namesrvPort;
    }

    public int namesrvPort() {
        return namesrvPort;
    }

    public int brokerPort() {
        return brokerPort;
    }

    public long namesrvPid() {
        return namesrv.pid();
    }

    public long brokerPid() {
        return broker.pid();
    }

    /** Makes a topic; returns when clients can use it. The broker makes none by itself. */
    public void createTopic(String topic, int queues) {
        List<String> command = List.of(script, "create-topic", topic, String.valueOf(queues));
        new ServerProcess("create-topic", folder.resolve("create-topic.out"), environment, command).run();
    }

    public void kill() {
        broker.kill();
    }

    /** Starts the broker again with its messages, killing it first where it still runs; clients find it at once. */
    public void restart() {
        broker.kill();
        startBroker();
    }

    /** Connections stay and new ones are accepted by the kernel, but nothing answers until {@link #thaw}. */
    public void freeze() {
        broker.freeze();
    }

    public void thaw() {
        broker.thaw();
    }

    /** Kills both. Their folder goes with the JVM. */
    @Override
    public void close() {
        broker.kill();
        namesrv.kill();
    }

    private void startBroker() {
        broker.start(() -> Ports.accept(brokerPort));
        createTopic(ORDERS, ORDERS_QUEUES);
    }
}
