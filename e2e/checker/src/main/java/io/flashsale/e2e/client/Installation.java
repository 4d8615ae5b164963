package io.flashsale.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the system under test runs: {@code ./flashsale test} starts it privately and says so in the environment.
 *
 * @param environment names the port of each part, as FLASHSALE_EDGE_PORT
 */
public record Installation(Path root, Path home, Map<String, String> environment) {

    public Installation {
        environment = Map.copyOf(environment);
    }

    public static Installation fromEnvironment() {
        String home = System.getenv("FLASHSALE_HOME");
        if (home == null) {
            throw new IllegalStateException(
                    "FLASHSALE_HOME is not set: these tests need a running system, use ./flashsale test e2e");
        }
        String root = Optional.ofNullable(System.getProperty("flashsale.root"))
                .or(() -> Optional.ofNullable(System.getenv("FLASHSALE_ROOT")))
                .orElseThrow(() -> new IllegalStateException("flashsale.root is not set"));
        return new Installation(Path.of(root), Path.of(home), System.getenv());
    }

    /** The port of a part: EDGE, BACKEND, CONSUMER, CMS, SANDBOX, MYSQL, REDIS, NAMESRV or BROKER. */
    public int port(String part) {
        String value = environment.get("FLASHSALE_" + part + "_PORT");
        if (value == null) {
            throw new IllegalStateException("FLASHSALE_" + part + "_PORT is not set");
        }
        return Integer.parseInt(value);
    }

    public URI url(String part, String path) {
        return URI.create("http://127.0.0.1:" + port(part) + path);
    }

    public String secret(String name) {
        return read(home.resolve("secrets").resolve(name)).strip();
    }

    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
