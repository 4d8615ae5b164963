package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HopProxyTest {
    private final AtomicInteger received = new AtomicInteger();
    private final ServerSocket echo;
    private final Thread server = new Thread(this::acceptAndEcho);
    private final HopProxy proxy;

    HopProxyTest() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = HopProxy.to("127.0.0.1", echo.getLocalPort());
    }

    @BeforeEach
    void echoEveryByte() {
        server.setDaemon(true);
        server.start();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passes_bytes_both_ways_and_the_end_of_the_stream() throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(3)).asString().isEqualTo("abc");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void passes_much_more_than_its_buffers_hold() throws Exception {
        byte[] much = new byte[20_000_000];
        new Random(1).nextBytes(much);
        try (Socket client = connect()) {
            client.setSoTimeout(5_000);
            Thread writer = new Thread(() -> {
                try {
                    client.getOutputStream().write(much);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            writer.start();
            assertThat(client.getInputStream().readNBytes(much.length)).isEqualTo(much);
            writer.join();
        }
    }

    @Test
    void delays_each_way_and_not_each_chunk_after_the_other() throws IOException {
        proxy.delay(Duration.ofMillis(500));
        try (Socket client = connect()) {
            client.setSoTimeout(5_000);
            long start = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                client.getOutputStream().write(i);
            }
            client.getInputStream().readNBytes(5);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("once each way; five times one way would be 2.5 s")
                    .isBetween(Duration.ofMillis(1000), Duration.ofMillis(2400));
        }
    }

    @Test
    void a_blackhole_lets_nothing_through_until_it_is_healed() throws IOException {
        try (Socket open = connect()) {
            assertThat(exchange(open, 1)).isEqualTo(1);
            proxy.blackhole();

            assertThatThrownBy(() -> exchange(open, 2)).isInstanceOf(SocketTimeoutException.class);
            try (Socket another = connect()) {
                assertThatThrownBy(() -> exchange(another, 3)).isInstanceOf(SocketTimeoutException.class);
                assertThat(received).hasValue(1);

                proxy.heal();
                open.setSoTimeout(5_000);
                another.setSoTimeout(5_000);
                assertThat(open.getInputStream().read()).isEqualTo(2);
                assertThat(another.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void reset_after_send_delivers_the_request_and_resets_instead_of_the_answer() throws IOException {
        try (Socket busy = connect();
                Socket idle = connect()) {
            assertThat(exchange(busy, 1)).isEqualTo(1);
            assertThat(exchange(idle, 2)).isEqualTo(2);
            proxy.resetAfterSend();

            assertThatThrownBy(() -> exchange(busy, 3))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThat(received).hasValue(3);

            proxy.heal();
            assertThat(exchange(idle, 4)).isEqualTo(4);
        }
    }

    @Test
    void refuse_resets_what_is_open_and_refuses_what_comes_until_it_is_healed() throws IOException {
        try (Socket open = connect()) {
            assertThat(exchange(open, 1)).isEqualTo(1);
            proxy.refuse();

            assertThatThrownBy(() -> exchange(open, 2)).isInstanceOf(SocketException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
        proxy.heal();
        try (Socket again = connect()) {
            assertThat(exchange(again, 3)).isEqualTo(3);
        }
    }

    @Test
    void a_target_that_is_away_looks_like_a_reset() throws Exception {
        echo.close();
        server.join(); // while it is about to leave accept(), the kernel may give it one more connection
        try (Socket client = connect()) {
            assertThatThrownBy(() -> exchange(client, 1)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void no_thread_stays_behind() throws IOException {
        try (Socket client = connect()) {
            assertThat(exchange(client, 1)).isEqualTo(1);
            proxy.blackhole();
            client.getOutputStream().write(2);
            proxy.close();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .noneMatch(thread -> thread.getName().startsWith("tcp-proxy-")));
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", proxy.port());
        socket.setSoTimeout(500);
        return socket;
    }

    private static int exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        int answer = socket.getInputStream().read();
        if (answer < 0) {
            throw new SocketException("closed");
        }
        return answer;
    }

    private void acceptAndEcho() {
        while (true) {
            try {
                Socket accepted = echo.accept();
                Thread connection = new Thread(() -> echo(accepted));
                connection.setDaemon(true);
                connection.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            byte[] buffer = new byte[8_192];
            int read = socket.getInputStream().read(buffer);
            while (read >= 0) {
                received.addAndGet(read);
                socket.getOutputStream().write(buffer, 0, read);
                read = socket.getInputStream().read(buffer);
            }
        } catch (IOException e) {
            // The tests break connections on purpose.
        }
    }
}
