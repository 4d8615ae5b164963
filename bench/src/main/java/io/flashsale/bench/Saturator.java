package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Keeps one worker of nginx busy: so many connections, each of which sends its next request when its answer is there, by one thread
 * on a CPU of its own. It makes no garbage and does less for a request than nginx must, or it would measure itself: a {@link Result}
 * tells how busy it was. Every answer is read to its end and counted by its code.
 */
final class Saturator implements AutoCloseable {

    /** Writes requests, one after another, each as a whole. */
    interface Requests {
        void next(ByteBuffer into);
    }

    /**
     * What came of a load.
     *
     * @param codes answers by the {@code code} of their JSON, or by their status where there is none
     * @param broken connections that ended with no whole answer
     * @param busy the share of the time that the generator's thread used its CPU
     */
    record Result(double seconds, long answers, Map<String, Long> codes, long broken, double busy) {

        double perSecond() {
            return answers / seconds;
        }

        /** The share of the answers that have one of these codes. */
        double share(List<String> of) {
            return (double) of.stream()
                            .mapToLong(c -> codes.getOrDefault(c, 0L))
                            .sum()
                    / Math.max(1, answers);
        }
    }

    private static final int REQUEST_BYTES = 4096;
    private static final int ANSWER_BYTES = 64 * 1024;
    private static final long LONGEST_SILENCE_MILLIS = 5000;

    /** Where loads come from, unless they are told. */
    static final List<InetAddress> HERE = List.of(InetAddress.getLoopbackAddress());

    private final int connections;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        var made = new Thread(work, "saturator");
        made.setDaemon(true);
        return made;
    });

    Saturator(int connections, Cpus cpus) {
        this.connections = connections;
        onThread(() -> {
            // of this thread alone: what the others start inherits nothing
            String task = Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString();
            cpus.placeGenerator(Long.parseLong(task));
            return true;
        });
    }

    Result run(int port, Requests requests, double seconds) {
        return run(port, requests, seconds, Long.MAX_VALUE, HERE);
    }

    /**
     * Sends until the time is over or so many were answered.
     *
     * @param sources addresses of this machine that the connections come from, taking turns
     */
    Result run(int port, Requests requests, double seconds, long most, List<InetAddress> sources) {
        return onThread(() -> {
            try (var load = new Load(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), requests, most)) {
                for (int i = 0; i < connections; i++) {
                    load.connect(sources.get(i % sources.size()));
                }
                return load.run(seconds);
            }
        });
    }

    /** So many other addresses of this machine, from 127.0.1.1 on. */
    static List<InetAddress> elsewhere(int count) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try {
                addresses.add(
                        InetAddress.getByAddress(new byte[] {127, 0, (byte) (1 + i / 250), (byte) (1 + i % 250)}));
            } catch (UnknownHostException e) {
                throw new UncheckedIOException(e);
            }
        }
        return addresses;
    }

    private <T> T onThread(Callable<T> work) {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load broke", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private static final class Line {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocateDirect(ANSWER_BYTES);

        Line(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** One load, on the thread that it belongs to. */
    private static final class Load implements AutoCloseable {

        private final InetSocketAddress server;
        private final Requests requests;
        private final long most;
        private final Selector selector;
        private final ByteBuffer out = ByteBuffer.allocateDirect(REQUEST_BYTES);
        private final Answer answer = new Answer();
        private long sent;
        private long answers;
        private long broken;

        Load(InetSocketAddress server, Requests requests, long most) throws IOException {
            this.server = server;
            this.requests = requests;
            this.most = most;
            this.selector = Selector.open();
        }

        Line connect(InetAddress from) throws IOException {
            var channel = SocketChannel.open();
            channel.bind(new InetSocketAddress(from, 0)).connect(server);
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var line = new Line(channel);
            channel.register(selector, SelectionKey.OP_READ, line);
            return line;
        }

        Result run(double seconds) throws IOException {
            var threads = ManagementFactory.getThreadMXBean();
            long cpu = threads.getCurrentThreadCpuTime();
            long began = System.nanoTime();
            long end = began + (long) (seconds * 1e9);
            long now = began;
            for (SelectionKey key : selector.keys()) {
                send((Line) key.attachment());
            }
            while (now < end && answers + broken < most) {
                if (selector.select(this::receive, LONGEST_SILENCE_MILLIS) == 0) {
                    throw new IOException("no answer in " + LONGEST_SILENCE_MILLIS + " ms");
                }
                now = System.nanoTime();
            }
            long took = now - began;
            double busy = (double) (threads.getCurrentThreadCpuTime() - cpu) / took;
            return new Result(took / 1e9, answers, answer.counts(), broken, busy);
        }

        private void send(Line line) throws IOException {
            if (sent == most) {
                return;
            }
            sent++;
            out.clear();
            requests.next(out);
            out.flip();
            line.channel.write(out);
            if (out.hasRemaining()) {
                throw new IOException("a socket that is empty does not take a request");
            }
        }

        private void receive(SelectionKey key) {
            var line = (Line) key.attachment();
            try {
                if (line.channel.read(line.in) < 0) {
                    lost(line);
                    return;
                }
                if (!answer.read(line.in)) {
                    return;
                }
                answers++;
                answer.count();
                line.in.clear();
                send(line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void lost(Line line) throws IOException {
            broken++;
            InetAddress from = ((InetSocketAddress) line.channel.getLocalAddress()).getAddress();
            line.channel.close();
            send(connect(from));
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }
}
