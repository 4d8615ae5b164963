package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An nginx with one worker on the workers' CPU, as it was just started: what its start drew at random is its own. */
final class Nginx implements AutoCloseable {

    private final Child child;
    private final int port;

    /** @param folder nginx's prefix; {@code configuration} keeps it in the foreground and listens on {@code port} of loopback */
    Nginx(Path folder, Path configuration, int port, Cpus cpus) {
        List<String> command = new ArrayList<>(cpus.worker());
        command.addAll(List.of(
                program(), "-p", folder.toString(), "-e", folder + "/error.log", "-c", configuration.toString()));
        this.child = new Child(command, Map.of(), folder.resolve("out.log"));
        this.port = port;
        try {
            Target.await("nginx listens, see " + folder + "/error.log", Duration.ofSeconds(10), () -> listens(port));
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** The CPU time of its worker so far. */
    long cpuNanos() {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/" + worker() + "/schedstat"))
                    .split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("the worker of nginx is gone", e);
        }
    }

    long worker() {
        return ProcessHandle.of(child.pid())
                .flatMap(master -> master.children().findFirst())
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IllegalStateException("nginx has no worker"));
    }

    static String program() {
        String chosen = System.getenv("FLASHSALE_NGINX");
        if (chosen != null && !chosen.isEmpty()) {
            return chosen;
        }
        return Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx";
    }

    /** A port that nobody listens on at this moment. */
    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
