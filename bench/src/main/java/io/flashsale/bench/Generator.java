package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@code POST /buy} over connections that stay open, by the caller's thread. A request leaves when its load says, on a
 * connection that carries no other; it waits only where all connections are taken, and then its latency says so, since that begins
 * with the intended time. A connection that the edge is slow to take in keeps its own buyer waiting and nobody else.
 */
final class Generator implements AutoCloseable {

    /** Longer than any deadline of the system. */
    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long LOOKED_FOR_SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A selector waits in milliseconds; below one, this long at a time. What is late by it counts as latency. */
    private static final long SHORTEST_PAUSE_NANOS = 200_000;

    private static final int ANSWER_BYTES = 4096;
    private static final int FREE = -1;

    private final class Line {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(ANSWER_BYTES);
        int attempt = FREE;
        long sent;
        /** Leaves as soon as the connection stands. */
        @Nullable
        ByteBuffer request;

        Line(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final InetSocketAddress edge;
    private final int most;
    private final Selector selector;
    private final Set<Line> lines = new HashSet<>();
    private final ArrayDeque<Line> free = new ArrayDeque<>();
    private final ArrayDeque<Integer> waiting = new ArrayDeque<>();
    private long began;
    private long cpuNanos;

    /** @param most connections at a time */
    Generator(int port, int most) {
        this.edge = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.most = most;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens connections before they are needed, as people have the page open before a sale begins: each has asked for it, and nginx
     * keeps a connection for half a minute after that.
     */
    void open(int connections) {
        try {
            while (lines.size() < connections) {
                SocketChannel channel = SocketChannel.open(edge);
                askForPage(channel);
                channel.configureBlocking(false);
                free.push(line(channel, SelectionKey.OP_READ));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + edge, e);
        }
    }

    private static void askForPage(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII)));
        var head = ByteBuffer.allocate(ANSWER_BYTES);
        while (!new String(head.array(), 0, head.position(), ISO_8859_1).endsWith("\r\n\r\n")) {
            if (channel.read(head) <= 0) {
                throw new IOException("no page: " + new String(head.array(), 0, head.position(), ISO_8859_1));
            }
        }
    }

    /** Drives a load to its end; returns when every attempt has ended. */
    History drive(Load load, Requests requests) {
        var threads = ManagementFactory.getThreadMXBean();
        long cpuBefore = threads.getCurrentThreadCpuTime();
        var history = new History();
        began = System.nanoTime();
        long looked = 0;
        while (true) {
            long now = now();
            long due = load.due(now);
            while (due <= now) {
                int attempt = load.next(history, now);
                waiting.add(attempt);
                sendWaiting(load, requests, history);
                due = load.due(now);
            }
            if (due == Load.NEVER && free.size() == lines.size() && waiting.isEmpty()) {
                cpuNanos = threads.getCurrentThreadCpuTime() - cpuBefore;
                return history;
            }
            receive(load, history, due);
            sendWaiting(load, requests, history);
            if (now - looked > LOOKED_FOR_SILENT_NANOS) {
                looked = now;
                giveUpSilent(load, history, now);
            }
        }
    }

    /** What the last load cost this thread. */
    long cpuNanos() {
        return cpuNanos;
    }

    private long now() {
        return System.nanoTime() - began;
    }

    private void sendWaiting(Load load, Requests requests, History history) {
        while (!waiting.isEmpty() && (!free.isEmpty() || lines.size() < most)) {
            int attempt = waiting.remove();
            Line line = free.isEmpty() ? connect() : free.pop();
            line.attempt = attempt;
            line.sent = now();
            line.request = ByteBuffer.wrap(requests.of(history.buyer(attempt), history.key(attempt)));
            if (line.channel.isConnected()) {
                send(line, load, history);
            }
        }
    }

    private void send(Line line, Load load, History history) {
        ByteBuffer request = Objects.requireNonNull(line.request);
        line.request = null;
        try {
            // less than the socket holds, and nothing else is in it
            line.channel.write(request);
            if (request.hasRemaining()) {
                lose(line, load, history);
            }
        } catch (IOException broken) {
            lose(line, load, history);
        }
    }

    private void turn(SelectionKey key, Load load, History history) {
        if (key.isConnectable()) {
            connected(key, load, history);
        } else {
            read(key, load, history);
        }
    }

    private void connected(SelectionKey key, Load load, History history) {
        Line line = (Line) key.attachment();
        try {
            if (line.channel.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                send(line, load, history);
            }
        } catch (IOException refused) {
            lose(line, load, history);
        }
    }

    private void receive(Load load, History history, long due) {
        try {
            long wait = Math.min(due - now(), LOOKED_FOR_SILENT_NANOS);
            if (wait >= TimeUnit.MILLISECONDS.toNanos(1)) {
                selector.select(key -> turn(key, load, history), TimeUnit.NANOSECONDS.toMillis(wait));
            } else if (selector.selectNow(key -> turn(key, load, history)) == 0 && wait > 0) {
                LockSupport.parkNanos(Math.min(wait, SHORTEST_PAUSE_NANOS));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(SelectionKey key, Load load, History history) {
        Line line = (Line) key.attachment();
        try {
            if (line.channel.read(line.in) < 0) {
                lose(line, load, history);
                return;
            }
        } catch (IOException broken) {
            lose(line, load, history);
            return;
        }
        HttpAnswer answer = HttpAnswer.read(line.in.array(), line.in.position());
        if (answer == null) {
            if (!line.in.hasRemaining()) {
                throw new IllegalStateException("an answer of more than " + ANSWER_BYTES + " bytes");
            }
            return;
        }
        long now = now();
        int attempt = line.attempt;
        line.attempt = FREE;
        line.in.clear();
        history.answered(attempt, now, answer);
        if (answer.closes()) {
            drop(line);
        } else {
            free.push(line);
        }
        load.ended(history, attempt, now);
    }

    private void giveUpSilent(Load load, History history, long now) {
        for (Line line : List.copyOf(lines)) {
            if (line.attempt != FREE && now - line.sent > GIVEN_UP_NANOS) {
                lose(line, load, history);
            }
        }
    }

    /** The connection is gone, and what was asked on it is unknown. */
    private void lose(Line line, Load load, History history) {
        int attempt = line.attempt;
        if (attempt == FREE) {
            free.remove(line);
        }
        drop(line);
        if (attempt != FREE) {
            history.lost(attempt, now());
            load.ended(history, attempt, now());
        }
    }

    private Line connect() {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            return line(channel, channel.connect(edge) ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + edge, e);
        }
    }

    private Line line(SocketChannel channel, int awaited) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        var line = new Line(channel);
        channel.register(selector, awaited, line);
        lines.add(line);
        return line;
    }

    private void drop(Line line) {
        lines.remove(line);
        try {
            line.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List.copyOf(lines).forEach(this::drop);
        free.clear();
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
