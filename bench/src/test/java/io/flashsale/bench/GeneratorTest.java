package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private static final List<Target.Buyer> BUYERS = IntStream.range(0, 100)
            .mapToObj(i -> new Target.Buyer("b" + i, 1, "s" + i))
            .toList();
    private static final Requests REQUESTS = new Requests("SKU", BUYERS);
    private static final Pattern USER = Pattern.compile("\"userID\":\"(\\w+)\"");

    private final ServerSocket server = listen();
    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void every_request_is_answered_once_and_belongs_to_its_buyer() {
        serve(0, Integer.MAX_VALUE);
        try (var generator = new Generator(server.getLocalPort(), 8)) {
            History history = generator.drive(new ClosedLoad(100, 8, 60, 300), REQUESTS);

            assertThat(history.attempts("SKU", BUYERS)).hasSize(300).allSatisfy(attempt -> assertThat(attempt.orderId())
                    .isEqualTo(attempt.userId()));
            assertThat(bodies).hasSize(300).doesNotHaveDuplicates();
            assertThat(bodies)
                    .anySatisfy(body -> assertThat(body).contains("\"userID\":\"b7\"", "\"requestID\":\"b0000002\""));
        }
    }

    @Test
    void a_latency_begins_with_the_intended_time_also_where_no_connection_is_free() {
        serve(50, Integer.MAX_VALUE);
        try (var generator = new Generator(server.getLocalPort(), 1)) {
            // all within a millisecond, one after another on one connection
            History history = generator.drive(new OpenLoad(100, 10, 0.001, false), REQUESTS);

            Latencies latencies = history.latencies(code -> true);
            assertThat(latencies.ms(10)).isGreaterThanOrEqualTo(45);
            assertThat(latencies.ms(100)).isGreaterThanOrEqualTo(10 * 50 - 5);
        }
    }

    @Test
    void a_broken_connection_is_an_unknown_outcome_and_the_others_go_on() {
        serve(0, 5);
        try (var generator = new Generator(server.getLocalPort(), 2)) {
            History history = generator.drive(new ClosedLoad(100, 2, 60, 60), REQUESTS);

            // each connection ends in the middle of its sixth request
            assertThat(history.codes().get("LOST")).isBetween(9L, 10L);
            assertThat(history.codes().get("RESERVED")).isBetween(50L, 51L);
        }
    }

    /** Answers each request of a connection after a while, and hangs up instead of answering any more than so many. */
    private void serve(int millis, int most) {
        thread(() -> {
            while (!server.isClosed()) {
                Socket socket = server.accept();
                thread(() -> converse(socket, millis, most));
            }
        });
    }

    private void converse(Socket socket, int millis, int most) throws IOException {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int served = 0; ; served++) {
                int length = 0;
                for (String line = in.readLine(); !"".equals(line); line = in.readLine()) {
                    if (line == null) {
                        return;
                    }
                    if (line.startsWith("Content-Length: ")) {
                        length = Integer.parseInt(line.substring(16));
                    }
                }
                char[] body = new char[length];
                for (int read = 0; read < length; ) {
                    read += in.read(body, read, length - read);
                }
                if (served == most) {
                    return;
                }
                String asked = new String(body);
                bodies.add(asked);
                Matcher user = USER.matcher(asked);
                String answer =
                        "{\"code\":\"RESERVED\",\"orderID\":\"%s\"}".formatted(user.find() ? user.group(1) : "?");
                LockSupport.parkNanos(millis * 1_000_000L);
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s")
                                .formatted(answer.length(), answer)
                                .getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void thread(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // the test is over
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
