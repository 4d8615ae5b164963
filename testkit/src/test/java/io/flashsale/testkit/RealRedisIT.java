package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RealRedisIT {
    private final RealRedis redis = RealRedis.start();

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void is_in_a_container_where_one_was_asked_for() throws IOException {
        assertThat(Contained.is(redis.pid())).isEqualTo(Contained.asked());
        redis.restart();
        assertThat(Contained.is(redis.pid())).isEqualTo(Contained.asked());
    }

    @Test
    void listens_on_loopback_only_and_on_its_unix_socket() throws IOException {
        assertThat(Sockets.listening(redis.pid())).isEqualTo(Set.of(new InetSocketAddress("127.0.0.1", redis.port())));
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(redis.socket()));
            channel.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer reply = ByteBuffer.allocate(7);
            while (reply.hasRemaining()) {
                assertThat(channel.read(reply)).isPositive();
            }
            assertThat(new String(reply.array(), StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void what_was_answered_before_a_kill_is_there_after_a_restart() throws IOException {
        assertThat(ask("INCRBY stock 7")).isEqualTo(":7");
        redis.kill();
        assertThatThrownBy(() -> ask("GET stock")).isInstanceOf(ConnectException.class);

        redis.restart();
        assertThat(ask("INCR stock")).isEqualTo(":8");
    }

    @Test
    void a_restart_replaces_the_process_that_runs() throws IOException {
        long before = redis.pid();
        redis.restart();
        assertThat(redis.pid()).isNotEqualTo(before);
        assertThat(ask("PING")).isEqualTo("+PONG");
    }

    @Test
    void an_empty_restart_keeps_the_port_and_nothing_else() throws IOException {
        assertThat(ask("INCRBY stock 7")).isEqualTo(":7");
        redis.restartEmpty();
        assertThat(ask("DBSIZE")).isEqualTo(":0");
    }

    @Test
    void empty_removes_keys_and_keeps_the_process() throws IOException {
        long before = redis.pid();
        assertThat(ask("INCRBY stock 7")).isEqualTo(":7");
        redis.empty();
        assertThat(ask("DBSIZE")).isEqualTo(":0");
        assertThat(redis.pid()).isEqualTo(before);
    }

    @Test
    void a_call_to_a_frozen_server_is_executed_when_it_thaws() throws IOException {
        redis.freeze();
        assertThatThrownBy(() -> ask("INCR stock")).isInstanceOf(SocketTimeoutException.class);
        redis.thaw();
        assertThat(ask("INCR stock")).isEqualTo(":2");
    }

    @Test
    void a_frozen_server_can_be_killed() throws IOException {
        redis.freeze();
        redis.restart();
        assertThat(ask("PING")).isEqualTo("+PONG");
    }

    @Test
    void the_shared_server_is_one() {
        assertThat(RealRedis.shared()).isSameAs(RealRedis.shared());
        assertThat(RealRedis.shared().port()).isNotEqualTo(redis.port());
    }

    private String ask(String command) throws IOException {
        try (Socket socket = new Socket(redis.host(), redis.port())) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine());
        }
    }
}
