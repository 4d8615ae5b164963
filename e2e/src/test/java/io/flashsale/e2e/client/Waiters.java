package io.flashsale.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Pages that wait for events, each with a connection of its own, as many as wished; one thread reads them all. */
public final class Waiters implements AutoCloseable {

    /** Of one page, which waits until the edge ends it. */
    public static final class Waiter {
        private final Buyer buyer;
        private volatile int status;
        private volatile int events;
        private volatile boolean ended;
        /** The last of what was read, in which something may have begun. */
        private String rest = "";

        private Waiter(Buyer buyer) {
            this.buyer = buyer;
        }

        public Buyer buyer() {
            return buyer;
        }

        /** Of the answer, or 0 while there is none. */
        public int status() {
            return status;
        }

        /** How often its orders had changed. */
        public int events() {
            return events;
        }

        public boolean ended() {
            return ended;
        }

        private void hear(String text) {
            String seen = rest + text;
            if (status == 0 && seen.length() >= HEAD.length() + 3) {
                status = Integer.parseInt(seen.substring(HEAD.length(), HEAD.length() + 3));
            }
            int at = 0;
            for (int next = seen.indexOf(NEWS); next >= 0; next = seen.indexOf(NEWS, at)) {
                events++;
                at = next + NEWS.length();
            }
            rest = status == 0 ? seen : seen.substring(Math.max(at, seen.length() - NEWS.length() + 1));
        }
    }

    private static final String HEAD = "HTTP/1.1 ";
    private static final String NEWS = "event: orders\n";
    private static final int CONNECTING = 200;

    private final List<Waiter> waiters = new ArrayList<>();
    private final Selector selector;
    private final Thread reader;
    private final InetSocketAddress edge;

    public Waiters(URI edge, List<Buyer> buyers) {
        this.edge = new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.getPort());
        buyers.forEach(b -> waiters.add(new Waiter(b)));
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::readAll, "waiters");
        reader.setDaemon(true);
        reader.start();
    }

    public List<Waiter> all() {
        return waiters;
    }

    /** How many have this status. */
    public long with(int status) {
        return waiters.stream().filter(w -> w.status() == status).count();
    }

    private void readAll() {
        int begun = 0;
        int connecting = 0;
        ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
        try {
            while (selector.isOpen()) {
                for (; begun < waiters.size() && connecting < CONNECTING; connecting++) {
                    connect(waiters.get(begun++));
                }
                selector.select(200);
                for (SelectionKey key : selector.selectedKeys()) {
                    var waiter = (Waiter) key.attachment();
                    boolean heardBefore = waiter.status() != 0;
                    attend(key, waiter, buffer);
                    if (!heardBefore && (waiter.status() != 0 || waiter.ended())) {
                        connecting--;
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.nio.channels.ClosedSelectorException closed) {
            // as it was told
        }
    }

    private void connect(Waiter waiter) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(edge);
        channel.register(selector, SelectionKey.OP_CONNECT, waiter);
    }

    private static void attend(SelectionKey key, Waiter waiter, ByteBuffer buffer) throws IOException {
        var channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                String request =
                        "GET /api/events HTTP/1.1\r\nHost: shop\r\nAccept: text/event-stream\r\nCookie: session=%s\r\n\r\n"
                                .formatted(waiter.buyer.session());
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
                key.interestOps(SelectionKey.OP_READ);
                return;
            }
            if (channel.read(buffer.clear()) < 0) {
                end(key, waiter);
                return;
            }
            waiter.hear(StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString());
            if (waiter.status() != 0 && waiter.status() != 200) {
                end(key, waiter);
            }
        } catch (IOException cutOff) {
            end(key, waiter);
        }
    }

    private static void end(SelectionKey key, Waiter waiter) throws IOException {
        waiter.ended = true;
        key.cancel();
        key.channel().close();
    }

    /** All of them go at once. */
    @Override
    public void close() {
        try {
            List<SelectionKey> keys = new ArrayList<>(selector.keys());
            selector.close();
            reader.join();
            for (SelectionKey key : keys) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
