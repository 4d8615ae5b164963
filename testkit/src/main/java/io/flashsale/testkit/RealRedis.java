package io.flashsale.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server with the append-only file at everysec, as in production, on a loopback port and a unix socket.
 *
 * <p>What Redis answered before {@link #kill} is there after {@link #restart}: only the machine's end, not the
 * process's, loses the last second.
 */
public final class RealRedis implements AutoCloseable {
    private static final int PROBE_TIMEOUT_MS = 1_000;
    private static @Nullable RealRedis shared;

    private final Path folder = Reaper.newFolder("redis");
    private final int port = Ports.free();
    private final Server process;

    private RealRedis() {
        process = Server.of(
                "redis-server",
                "debian-redis",
                folder,
                "redis.log",
                Map.of(),
                List.of(
                        Containers.program("redis-server", "redis-server"),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--unixsocket",
                        socket().toString(),
                        "--unixsocketperm",
                        "700",
                        "--dir",
                        folder.toString(),
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "everysec",
                        "--save",
                        "",
                        "--enable-debug-command",
                        "local"));
    }

    /** A server of one's own; close it after use. */
    public static RealRedis start() {
        RealRedis redis = new RealRedis();
        redis.process.start(redis::answers);
        return redis;
    }

    /** The one server of this JVM, started by the first call. */
    public static synchronized RealRedis shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** The unix socket, for the edge's nginx. */
    public Path socket() {
        return folder.resolve("redis.sock");
    }

    public long pid() {
        return process.pid();
    }

    /** Removes all keys and all function libraries. */
    public void empty() {
        expect("OK", ask("FLUSHALL"));
        expect("OK", ask("FUNCTION FLUSH"));
    }

    public void kill() {
        process.kill();
    }

    /** Starts it again with its data, killing it first where it still runs. Functions come back, their variables do not. */
    public void restart() {
        process.kill();
        process.start(this::answers);
    }

    /** As after the loss of the machine: same port, no data. */
    public void restartEmpty() {
        process.kill();
        deleteData();
        process.start(this::answers);
    }

    /** Connections stay and new ones are accepted by the kernel, but nothing answers until {@link #thaw}. */
    public void freeze() {
        process.freeze();
    }

    /** Lets it run on: calls whose clients gave up meanwhile are still executed. */
    public void thaw() {
        process.thaw();
    }

    /** Kills it. Its folder goes with the JVM. */
    @Override
    public void close() {
        process.kill();
    }

    private boolean answers() {
        try {
            return "+PONG".equals(ask("PING"));
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** One inline command on a connection of its own; the first line of the reply. */
    private String ask(String command) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MS);
            socket.setSoTimeout(10 * PROBE_TIMEOUT_MS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader reply =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = reply.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server at port " + port + " does not answer " + command, e);
        }
    }

    private static void expect(String wanted, String reply) {
        if (!reply.equals("+" + wanted)) {
            throw new TestkitException("redis-server answered " + reply);
        }
    }

    private void deleteData() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder) && !file.endsWith("redis.log")) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the data of redis-server could not be deleted", e);
        }
    }
}
