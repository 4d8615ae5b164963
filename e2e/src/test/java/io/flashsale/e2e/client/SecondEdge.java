package io.flashsale.e2e.client;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Another nginx with the edge's Lua, rendered as the first one was, with a way of its own to Redis and to the backend. */
public final class SecondEdge implements AutoCloseable {

    private final Path home;
    private final Process nginx;
    private final URI url;

    public SecondEdge(Installation installation, Processes processes, int port) {
        this(installation, processes, port, Map.of());
    }

    /** @param settings of its own, which go before those of the first */
    public SecondEdge(Installation installation, Processes processes, int port, Map<String, String> settings) {
        this.url = URI.create("http://127.0.0.1:" + port + "/");
        String program = ProcessHandle.of(processes.pid("edge"))
                .flatMap(process -> process.info().command())
                .orElseThrow();
        Path redis = Path.of(Installation.read(installation.home().resolve("redis/redis.conf"))
                .lines()
                .filter(line -> line.startsWith("unixsocket "))
                .map(line ->
                        line.substring("unixsocket ".length()).replace("\"", "").strip())
                .findFirst()
                .orElseThrow());
        try {
            this.home = Files.createTempDirectory("flashsale-edge");
            Path secrets = installation.home().resolve("secrets");
            var all = new HashMap<String, String>(Map.of(
                    "FLASHSALE_HOME",
                    home.toString(),
                    "FLASHSALE_EDGE_PORT",
                    Integer.toString(port),
                    "FLASHSALE_BACKENDS",
                    "127.0.0.1:" + installation.port("BACKEND"),
                    "FLASHSALE_REDIS_SOCKET",
                    redis.toString(),
                    "FLASHSALE_REDIS_EDGE_PASSWORD_FILE",
                    secrets.resolve("redis-edge").toString(),
                    "FLASHSALE_EDGE_TOKEN_FILE",
                    secrets.resolve("edge-token").toString(),
                    "FLASHSALE_SESSION_KEYS_FILE",
                    secrets.resolve("session-keys").toString()));
            all.putAll(settings);
            run(installation.root().resolve("edge-lua/render").toString(), all);
            Path folder = home.resolve("nginx");
            this.nginx = new ProcessBuilder(
                            program,
                            "-p",
                            folder.toString(),
                            "-e",
                            home.resolve("error.log").toString(),
                            "-c",
                            folder.resolve("nginx.conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("nginx.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("a second edge", e);
        }
        try {
            Awaitility.await("the second edge is ready")
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> Http.send("GET", url.resolve("/readyz"), null).status() == 200);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    public URI url(String path) {
        return url.resolve(path);
    }

    /** The shop through this edge, with the same history. */
    public Shop shop(History history) {
        return new Shop(url, history);
    }

    @Override
    public void close() {
        nginx.destroy();
        try {
            if (!nginx.waitFor(10, TimeUnit.SECONDS)) {
                nginx.destroyForcibly();
            }
            try (var files = Files.walk(home)) {
                List<Path> inside =
                        files.sorted(java.util.Comparator.reverseOrder()).toList();
                for (Path path : inside) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + home, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(String command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
