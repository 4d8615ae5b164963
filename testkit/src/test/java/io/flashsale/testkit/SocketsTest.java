package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class SocketsTest {

    @Test
    void reads_the_kernels_notation() throws IOException {
        assertThat(Sockets.parse("0100007F:1F90")).isEqualTo(new InetSocketAddress("127.0.0.1", 8080));
        assertThat(Sockets.parse("00000000:0050")).isEqualTo(new InetSocketAddress("0.0.0.0", 80));
        assertThat(Sockets.parse("00000000000000000000000001000000:0050")).isEqualTo(new InetSocketAddress("::1", 80));
        assertThat(Sockets.parse("0000000000000000FFFF00000100007F:0050"))
                .isEqualTo(new InetSocketAddress("127.0.0.1", 80));
    }

    @Test
    void sees_a_socket_of_this_process_while_it_is_open() throws IOException {
        long pid = ProcessHandle.current().pid();
        InetSocketAddress onLoopback;
        try (ServerSocket loopback = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket all = new ServerSocket(0)) {
            onLoopback = new InetSocketAddress("127.0.0.1", loopback.getLocalPort());
            assertThat(Sockets.listening(pid)).contains(onLoopback);
            assertThat(Sockets.listening(pid))
                    .anyMatch(address -> address.getPort() == all.getLocalPort()
                            && address.getAddress().isAnyLocalAddress());
        }
        assertThat(Sockets.listening(pid)).doesNotContain(onLoopback);
    }
}
