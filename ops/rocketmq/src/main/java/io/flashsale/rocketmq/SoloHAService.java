package io.flashsale.rocketmq;

import java.io.IOException;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.config.BrokerRole;
import org.apache.rocketmq.store.ha.DefaultHAService;

/**
 * The replication service of a broker that has no replica: it opens no port and runs no thread.
 *
 * <p>RocketMQ's own listens on every interface at listen port + 1, whatever the bind address says. The store finds this
 * class by {@code META-INF/service/org.apache.rocketmq.store.ha.HAService} (RocketMQ's lookup, not Java's). If that
 * lookup ever fails the store silently falls back to its own, so a test looks at the broker's listening sockets.
 */
public final class SoloHAService extends DefaultHAService {

    @Override
    public void init(DefaultMessageStore store) throws IOException {
        BrokerRole role = store.getMessageStoreConfig().getBrokerRole();
        if (role != BrokerRole.ASYNC_MASTER) {
            throw new IOException("brokerRole=" + role + " needs replication, but this broker runs without it:"
                    + " use ASYNC_MASTER, or remove SoloHAService from the class path");
        }
        super.init(store);
    }

    /** Starts nothing. An ASYNC_MASTER asks its replicas for nothing, so no request can wait here. */
    @Override
    public void start() {}
}
