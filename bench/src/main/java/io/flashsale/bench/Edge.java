package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The edge under load: rendered by its own renderer, with one worker, beside the edge of the system whose Redis, backend and secrets it
 * shares. So it can be started often, and with settings of its own.
 */
final class Edge {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Where its Redis, backend and secrets are, in the renderer's words. */
    private final Map<String, String> surroundings;

    private final Path root;
    private final Path folder;
    private final Cpus cpus;

    /** @param surroundings FLASHSALE_REDIS_SOCKET, …: see edge-lua/render */
    Edge(Path root, Path folder, Map<String, String> surroundings, Cpus cpus) {
        this.root = root;
        this.folder = folder;
        this.surroundings = Map.copyOf(surroundings);
        this.cpus = cpus;
    }

    /** What the system's own edge was told. */
    static Edge beside(Target target, Cpus cpus) {
        Map<String, String> told = new HashMap<>();
        for (String line : lines(target.home().resolve("nginx/edge.settings"))) {
            String[] pair = line.split("=", 2);
            told.put(pair[0], pair[1]);
        }
        return new Edge(
                target.root(),
                target.root().resolve("target/bench-edge"),
                Map.of(
                        "FLASHSALE_REDIS_SOCKET",
                        told.getOrDefault("redis", "").replaceFirst("^unix:", ""),
                        "FLASHSALE_REDIS_EDGE_PASSWORD_FILE",
                        told.getOrDefault("redis_password_file", ""),
                        "FLASHSALE_EDGE_TOKEN_FILE",
                        told.getOrDefault("edge_token_file", ""),
                        "FLASHSALE_SESSION_KEYS_FILE",
                        told.getOrDefault("session_keys_file", ""),
                        "FLASHSALE_CDN_DIR", // the same pages
                        Objects.requireNonNullElse(
                                System.getenv("FLASHSALE_CDN_DIR"),
                                target.home().resolve("cdn").toString()),
                        "FLASHSALE_BACKENDS",
                        "127.0.0.1:" + target.port("BACKEND")),
                cpus);
    }

    String setting(String name) {
        return surroundings.getOrDefault(name, "");
    }

    /** Starts it and waits until a buyer could buy through it. */
    Nginx start(Map<String, String> settings) {
        int port = Nginx.freePort();
        var nginx = new Nginx(folder.resolve("nginx"), render(port, settings), port, cpus);
        try {
            Target.await(
                    "the edge is ready",
                    Duration.ofSeconds(30),
                    () -> get(port, "/readyz").statusCode() == 200);
        } catch (RuntimeException e) {
            nginx.close();
            throw e;
        }
        return nginx;
    }

    /** Writes its configuration. */
    private Path render(int port, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(surroundings);
        all.put("FLASHSALE_HOME", folder.toString());
        all.put("FLASHSALE_EDGE_PORT", Integer.toString(port));
        all.put("FLASHSALE_EDGE_WORKERS", "1");
        all.put("FLASHSALE_EDGE_NODE", "bench");
        all.putAll(settings);
        return Path.of(Commands.require(List.of(root + "/edge-lua/render"), all).strip());
    }

    /** The lines of the configuration that say how this nginx gets Lua. */
    String modules() {
        return lines(render(Nginx.freePort(), Map.of())).stream()
                .filter(line -> line.startsWith("load_module "))
                .collect(Collectors.joining("\n"));
    }

    static HttpResponse<String> get(int port, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
    }

    /** The answer's body to one of these requests. */
    static String post(int port, Saturator.Requests buys) {
        var request = ByteBuffer.allocate(4096);
        buys.next(request);
        String text = US_ASCII.decode(request.flip()).toString();
        String json = text.substring(text.indexOf("\r\n\r\n") + 4);
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/buy"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)))
                .body();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("is the system up? " + file, e);
        }
    }
}
