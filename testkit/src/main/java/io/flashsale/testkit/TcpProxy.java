package io.flashsale.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A loopback proxy between two hops that can slow, stop or break what passes. It keeps its port through every mode.
 *
 * <p>One mode at a time, for open and new connections alike; setting a mode ends the one before. Bytes are never lost
 * or changed: a connection either gets them all in order, perhaps late, or is reset. Four threads per connection, so
 * for tests and not for load.
 */
public final class TcpProxy implements AutoCloseable {
    /** Bytes under way per direction and connection: this many chunks of at most this size, then the sender waits. */
    private static final int CHUNKS = 256;

    private static final int CHUNK_BYTES = 16_384;

    private final InetSocketAddress target;
    private final int port;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    /** Guards mode, closed and listener; notified when mode or closed change. */
    private final Object lock = new Object();

    private Mode mode = Mode.PASS;
    private long delayNanos;
    private boolean closed;
    private @Nullable ServerSocket listener;

    private enum Mode {
        PASS,
        BLACKHOLE,
        RESET_AFTER_SEND,
        REFUSE
    }

    private TcpProxy(InetSocketAddress target) {
        this.target = target;
        this.port = Ports.free();
    }

    /** Opens a port on loopback that leads to the given one. */
    public static TcpProxy to(String host, int port) {
        TcpProxy proxy = new TcpProxy(new InetSocketAddress(host, port));
        proxy.listen();
        return proxy;
    }

    public int port() {
        return port;
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
                ServerSocket opened = new ServerSocket();
                opened.setReuseAddress(true);
                opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                listener = opened;
                daemon("accept", () -> accept(opened));
            } catch (IOException e) {
                throw new UncheckedIOException("the proxy cannot listen at port " + port, e);
            }
        }
    }

    private void stopListening() {
        synchronized (lock) {
            if (listener != null) {
                closeQuietly(listener);
                listener = null;
            }
        }
    }

    private void accept(ServerSocket opened) {
        while (true) {
            Socket client;
            try {
                client = opened.accept();
            } catch (IOException e) {
                return; // closed: by refuse() or close(), the only ones who do
            }
            daemon("connect", () -> connect(client));
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            client.setTcpNoDelay(true);
            awaitPassage();
            server.connect(target, 5_000);
            server.setTcpNoDelay(true);
        } catch (IOException | InterruptedException e) {
            // The client learns what it would have learnt without the proxy: that nobody is there.
            resetQuietly(client);
            closeQuietly(server);
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

    private static void resetQuietly(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        closeQuietly(socket);
    }

    /** Some bytes, or the end of the stream, and when they may be passed on. */
    private record Chunk(byte[] bytes, boolean end, long dueNanos) {}

    private final class Link {
        private final Socket client;
        private final Socket server;
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        /** Guarded by the proxy's lock. */
        private boolean sentSinceModeChange;

        private int directionsEnded;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void reset() {
            links.remove(this);
            resetQuietly(client);
            resetQuietly(server);
            threads.forEach(Thread::interrupt);
        }

        void pump(Socket from, Socket to, boolean fromClient) {
            BlockingQueue<Chunk> underWay = new ArrayBlockingQueue<>(CHUNKS);
            threads.add(daemon("read", () -> read(from, underWay)));
            threads.add(daemon("write", () -> write(underWay, to, fromClient)));
        }

        private void read(Socket from, BlockingQueue<Chunk> underWay) {
            byte[] buffer = new byte[CHUNK_BYTES];
            try {
                InputStream in = from.getInputStream();
                while (true) {
                    int read = in.read(buffer);
                    long due = System.nanoTime() + currentDelay();
                    if (read < 0) {
                        underWay.put(new Chunk(new byte[0], true, due));
                        return;
                    }
                    underWay.put(new Chunk(Arrays.copyOf(buffer, read), false, due));
                }
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        private void write(BlockingQueue<Chunk> underWay, Socket to, boolean fromClient) {
            try {
                OutputStream out = to.getOutputStream();
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
                    out.write(chunk.bytes);
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
