package io.flashsale.consumer.testing;

import io.flashsale.testkit.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The payment sandbox as it ships, from its jar, in a JVM of its own. It ends with the test's JVM, however that ends. */
public final class SandboxProcess implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    /** The jar knows nothing of its starter, so a shell waits for the end of the pipe from here, and then ends it. */
    private static final String UNTIL_THE_PIPE_ENDS = "\"$@\" & cat >/dev/null; kill -KILL $!; wait $!";

    private final Process shell;
    private final Path log;

    /** @param events where it delivers its events */
    public SandboxProcess(Path folder, String key, URI events) {
        Path jar = Checkout.root().resolve("payment-sandbox/target/flashsale-payment-sandbox.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is not there: run Maven with -am, up to verify");
        }
        log = folder.resolve("sandbox.log");
        var builder = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        UNTIL_THE_PIPE_ENDS,
                        "sandbox",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "FLASHSALE_SANDBOX_PORT",
                        "0",
                        "FLASHSALE_SANDBOX_KEY_FILE",
                        Secrets.file(folder, "sandbox-key", key),
                        "FLASHSALE_SANDBOX_DATA",
                        folder.resolve("books").toString(),
                        "FLASHSALE_SANDBOX_EVENT_URL",
                        events.toString()));
        try {
            shell = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it listens. @return where */
    public URI address() {
        Awaitility.await("the sandbox listens")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !shell.isAlive() || PORT.matcher(log()).find());
        var port = PORT.matcher(log());
        if (!port.find()) {
            throw new IllegalStateException("the sandbox did not start\n" + log());
        }
        return URI.create("http://127.0.0.1:" + port.group(1));
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the sandbox did not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
