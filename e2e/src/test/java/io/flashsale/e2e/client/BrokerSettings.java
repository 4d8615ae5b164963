package io.flashsale.e2e.client;

import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.util.Properties;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.MQClientManager;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.exception.RemotingException;

/** Changes how the running broker works, as RocketMQ's own {@code mqadmin} does. */
public final class BrokerSettings implements AutoCloseable {

    private static final long ANSWER_MS = 5000;

    private final DefaultMQProducer client;
    private final String broker;

    public BrokerSettings(Installation installation) {
        this.client = new DefaultMQProducer("e2e-settings-" + System.nanoTime());
        this.broker = "127.0.0.1:" + installation.port("BROKER");
        client.setNamesrvAddr("127.0.0.1:" + installation.port("NAMESRV"));
        client.setInstanceName("settings-" + System.nanoTime());
        try {
            client.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("no client", e);
        }
    }

    /** Until then the broker lives and answers, and stores nothing: each send is refused with an error, as with a full disk. */
    public void storeNothingBefore(Instant end) {
        set("startAcceptSendRequestTimeStamp", Long.toString(end.toEpochMilli()));
    }

    private void set(String name, String value) {
        var settings = new Properties();
        settings.setProperty(name, value);
        try {
            MQClientManager.getInstance()
                    .getOrCreateMQClientInstance(client)
                    .getMQClientAPIImpl()
                    .updateBrokerConfig(broker, settings, ANSWER_MS);
        } catch (RemotingException | MQBrokerException | MQClientException | UnsupportedEncodingException e) {
            throw new IllegalStateException("the broker does not take " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
