package io.flashsale.e2e.client;

import io.flashsale.testkit.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A second one of a Java service, ready, started as the present one was. It goes straight to MySQL, so that its connections there are
 * known.
 */
public final class Twin implements AutoCloseable {

    private final Process process;

    public Twin(Processes processes, String part) {
        int port = freePort();
        this.process = processes.twin(part, "FLASHSALE_" + part.toUpperCase(Locale.ROOT) + "_PORT", port);
        try {
            awaitReady(part, port);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static void awaitReady(String part, int port) {
        Awaitility.await("a second " + part + " is ready")
                .atMost(Duration.ofSeconds(180))
                .ignoreExceptions()
                .until(() -> Http.send("GET", URI.create("http://127.0.0.1:" + port + "/readyz"), null)
                                .status()
                        == 200);
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    public boolean owns(int localPort) {
        return Sockets.connectedFrom(process.pid(), localPort);
    }

    /** Asks it to end, as on a stop, and waits until it has. */
    public void end() {
        process.destroy();
        await(30);
        if (process.isAlive()) {
            throw new AssertionError("a second service has not ended in 30 s");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await(10);
    }

    private void await(int seconds) {
        try {
            process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
