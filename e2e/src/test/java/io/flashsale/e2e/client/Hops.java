package io.flashsale.e2e.client;

import io.flashsale.testkit.HopProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * A proxy in each way from one part to another, opened before the system starts, which is told of them in its environment
 * ({@code FLASHSALE_VIA_…}, see cli/lib/settings.sh).
 */
public final class Hops implements AutoCloseable {

    /** From whom to whom. All clients of the broker share one, since they all hear its address from the name server. */
    public enum Hop {
        EDGE_REDIS,
        EDGE_BACKEND,
        BACKEND_REDIS,
        BACKEND_MYSQL,
        BACKEND_CONSUMER,
        CLIENTS_BROKER,
        CONSUMER_MYSQL,
        CONSUMER_SANDBOX,
        SANDBOX_EDGE,
        CMS_MYSQL;

        /** As the table of faults has it: {@code edge → redis}. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace("_", " → ");
        }

        private String target() {
            return name().substring(name().indexOf('_') + 1);
        }
    }

    /** Another address of loopback, so that the broker's port can be listened on twice. */
    private static final String BROKERS_FACE = "127.0.0.2";

    private static volatile Map<String, String> environment = Map.of();

    private final Map<Hop, HopProxy> proxies = new EnumMap<>(Hop.class);
    private final Path sockets;

    public Hops(Installation installation) {
        Map<String, String> told = new HashMap<>();
        try {
            this.sockets = Files.createTempDirectory("flashsale-hops");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for sockets", e);
        }
        for (Hop hop : Hop.values()) {
            HopProxy proxy =
                    switch (hop) {
                        // the edge speaks to a unix socket
                        case EDGE_REDIS ->
                            HopProxy.between(
                                    UnixDomainSocketAddress.of(sockets.resolve("redis.sock")),
                                    new InetSocketAddress("127.0.0.1", installation.port("REDIS")));
                        case CLIENTS_BROKER ->
                            HopProxy.between(
                                    new InetSocketAddress(BROKERS_FACE, installation.port("BROKER")),
                                    new InetSocketAddress("127.0.0.1", installation.port("BROKER")));
                        default -> HopProxy.to("127.0.0.1", installation.port(hop.target()));
                    };
            proxies.put(hop, proxy);
            told.put("FLASHSALE_VIA_" + hop.name(), face(proxy.address()));
        }
        environment = Map.copyOf(told);
    }

    /** What a {@code ./flashsale} has to be told; nothing where no proxies are open. */
    static Map<String, String> environment() {
        return environment;
    }

    public HopProxy get(Hop hop) {
        HopProxy proxy = proxies.get(hop);
        if (proxy == null) {
            throw new IllegalStateException(hop + " has no proxy");
        }
        return proxy;
    }

    public void heal() {
        proxies.values().forEach(HopProxy::heal);
    }

    @Override
    public void close() {
        proxies.values().forEach(HopProxy::close);
        try {
            Files.deleteIfExists(sockets.resolve("redis.sock"));
            Files.deleteIfExists(sockets);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + sockets, e);
        }
    }

    private static String face(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            return unix.getPath().toString();
        }
        InetSocketAddress tcp = (InetSocketAddress) address;
        return tcp.getAddress().getHostAddress().equals(BROKERS_FACE) ? BROKERS_FACE : Integer.toString(tcp.getPort());
    }
}
