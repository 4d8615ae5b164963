package io.flashsale.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between two hops, over TCP or unix sockets, that can slow, stop or break what passes. It keeps its address
 * through every mode.
 *
 * <p>One mode at a time, for open and new connections alike; setting a mode ends the one before. Bytes are never lost
 * or changed: a connection either gets them all in order, perhaps late, or is reset. Four threads per connection, so
 * for tests and not for load.
 */
public final class HopProxy implements AutoCloseable {
    /** Bytes under way per direction and connection: this many chunks of at most this size, then the sender waits. */
    private static final int CHUNKS = 256;

    private static final int CHUNK_BYTES = 16_384;

    private static final int BACKLOG = 511;

    private final SocketAddress own;
    private final SocketAddress target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    /** Guards mode, closed and listener; notified when mode or closed change. */
    private final Object lock = new Object();

    private Mode mode = Mode.PASS;
    private long delayNanos;
    private boolean closed;
    private @Nullable ServerSocketChannel listener;

    private enum Mode {
        PASS,
        BLACKHOLE,
        RESET_AFTER_SEND,
        REFUSE
    }

    private HopProxy(SocketAddress own, SocketAddress target) {
        this.own = own;
        this.target = target;
    }

    /** Opens a port on loopback that leads to the given one. */
    public static HopProxy to(String host, int port) {
        return between(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free()),
                new InetSocketAddress(host, port));
    }

    /** Listens at the one address, which leads to the other; nobody need be there yet. */
    public static HopProxy between(SocketAddress own, SocketAddress target) {
        HopProxy proxy = new HopProxy(own, target);
        proxy.listen();
        return proxy;
    }

    public SocketAddress address() {
        return own;
    }

    public int port() {
        if (own instanceof InetSocketAddress tcp) {
            return tcp.getPort();
        }
        throw new IllegalStateException(own + " is no port");
    }

    /** What is sent arrives this much later, in either direction; a round trip takes twice as long. */
    public void delay(Duration oneWay) {
        set(Mode.PASS, oneWay.toNanos());
    }

    /**
     * Nothing passes any more; connections stay open, and new ones are accepted and get no answer. As with packets that
     * TCP repeats, {@link #heal} delivers late what was sent meanwhile.
     */
    public void blackhole() {
        set(Mode.BLACKHOLE, 0);
    }

    /**
     * What the client sends reaches the server, and when the server answers, the client's connection is reset instead:
     * done, but nobody was told. Connections on which the client sends nothing are left alone.
     */
    public void resetAfterSend() {
        set(Mode.RESET_AFTER_SEND, 0);
    }

    /** Open connections are reset, new ones refused. */
    public void refuse() {
        set(Mode.REFUSE, 0);
        stopListening();
        links.forEach(Link::reset);
    }

    /** Everything passes again. Connections that were reset stay so. */
    public void heal() {
        set(Mode.PASS, 0);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        stopListening();
        links.forEach(Link::reset);
    }

    private void set(Mode next, long nextDelayNanos) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the proxy is closed");
            }
            links.forEach(link -> link.sentSinceModeChange = false);
            mode = next;
            delayNanos = nextDelayNanos;
            lock.notifyAll();
        }
        if (next != Mode.REFUSE) {
            listen();
        }
    }

    private void listen() {
        synchronized (lock) {
            if (listener != null) {
                return;
            }
            try {
                ServerSocketChannel opened = ServerSocketChannel.open(family(own));
                if (own instanceof UnixDomainSocketAddress unix) {
                    Files.deleteIfExists(unix.getPath());
                } else {
                    opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                }
                opened.bind(own, BACKLOG);
                listener = opened;
                daemon("accept", () -> accept(opened));
            } catch (IOException e) {
                throw new UncheckedIOException("the proxy cannot listen at " + own, e);
            }
        }
    }

    private static StandardProtocolFamily family(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
    }

    private void stopListening() {
        synchronized (lock) {
            if (listener != null) {
                closeQuietly(listener);
                listener = null;
            }
        }
    }

    private void accept(ServerSocketChannel opened) {
        while (true) {
            SocketChannel client;
            try {
                client = opened.accept();
            } catch (IOException e) {
                return; // closed: by refuse() or close(), the only ones who do
            }
            daemon("connect", () -> connect(client));
        }
    }

    private void connect(SocketChannel client) {
        SocketChannel server = null;
        try {
            awaitPassage();
            server = SocketChannel.open(family(target));
            server.connect(target);
            atOnce(client);
            atOnce(server);
        } catch (IOException | InterruptedException e) {
            // The client learns what it would have learnt without the proxy: that nobody is there.
            resetQuietly(client);
            if (server != null) {
                closeQuietly(server);
            }
            return;
        }
        Link link = new Link(client, server);
        links.add(link);
        synchronized (lock) {
            if (mode == Mode.REFUSE || closed) {
                link.reset();
                return;
            }
        }
        link.pump(client, server, true);
        link.pump(server, client, false);
    }

    private static void atOnce(SocketChannel channel) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private void awaitPassage() throws InterruptedException {
        synchronized (lock) {
            while (mode == Mode.BLACKHOLE && !closed) {
                lock.wait();
            }
        }
    }

    private static Thread daemon(String name, Runnable body) {
        Thread thread = new Thread(body, "tcp-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is of no more use either way.
        }
    }

    private static void resetQuietly(SocketChannel channel) {
        try {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // Closed already.
        }
        closeQuietly(channel);
    }

    /** Some bytes, or the end of the stream, and when they may be passed on. */
    private record Chunk(ByteBuffer bytes, boolean end, long dueNanos) {}

    private final class Link {
        private final SocketChannel client;
        private final SocketChannel server;
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        /** Guarded by the proxy's lock. */
        private boolean sentSinceModeChange;

        private int directionsEnded;

        Link(SocketChannel client, SocketChannel server) {
            this.client = client;
            this.server = server;
        }

        void reset() {
            links.remove(this);
            resetQuietly(client);
            resetQuietly(server);
            threads.forEach(Thread::interrupt);
        }

        void pump(SocketChannel from, SocketChannel to, boolean fromClient) {
            BlockingQueue<Chunk> underWay = new ArrayBlockingQueue<>(CHUNKS);
            threads.add(daemon("read", () -> read(from, underWay)));
            threads.add(daemon("write", () -> write(underWay, to, fromClient)));
        }

        private void read(SocketChannel from, BlockingQueue<Chunk> underWay) {
            try {
                while (true) {
                    ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
                    boolean end = from.read(bytes) < 0;
                    underWay.put(new Chunk(bytes.flip(), end, System.nanoTime() + currentDelay()));
                    if (end) {
                        return;
                    }
                }
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        private void write(BlockingQueue<Chunk> underWay, SocketChannel to, boolean fromClient) {
            try {
                while (true) {
                    Chunk chunk = underWay.take();
                    awaitDue(chunk.dueNanos);
                    awaitPassage();
                    if (chunk.end) {
                        to.shutdownOutput();
                        endDirection();
                        return;
                    }
                    if (mustReset(fromClient)) {
                        reset();
                        return;
                    }
                    while (chunk.bytes.hasRemaining()) {
                        to.write(chunk.bytes);
                    }
                }
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        private synchronized void endDirection() {
            directionsEnded++;
            if (directionsEnded == 2) {
                links.remove(this);
                closeQuietly(client);
                closeQuietly(server);
            }
        }

        private long currentDelay() {
            synchronized (lock) {
                return delayNanos;
            }
        }

        private boolean mustReset(boolean fromClient) {
            synchronized (lock) {
                if (fromClient) {
                    sentSinceModeChange = true;
                    return false;
                }
                return mode == Mode.RESET_AFTER_SEND && sentSinceModeChange;
            }
        }

        /** Also ends when the proxy is healed: what waits then passes at once. */
        private void awaitDue(long dueNanos) throws InterruptedException {
            synchronized (lock) {
                long left = dueNanos - System.nanoTime();
                while (left > 0 && delayNanos > 0 && !closed) {
                    lock.wait(left / 1_000_000, (int) (left % 1_000_000));
                    left = dueNanos - System.nanoTime();
                }
            }
        }
    }
}
