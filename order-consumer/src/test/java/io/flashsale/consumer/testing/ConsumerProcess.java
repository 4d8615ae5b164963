package io.flashsale.consumer.testing;

import io.flashsale.consumer.ConsumerApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A consumer in a JVM of its own, to be killed and frozen. It ends with the test's JVM, however that ends. */
public final class ConsumerProcess implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static int number;

    private final Process process;
    private final Path log;

    private ConsumerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it; does not wait until it is ready. */
    public static ConsumerProcess start(Path folder, Map<String, String> environment, String... options) {
        number++;
        Path log = folder.resolve("consumer-" + number + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("LOGGING_LEVEL_ORG_SPRINGFRAMEWORK_BOOT_TOMCAT", "info");
        try {
            return new ConsumerProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ConsumerProcess awaitReady() {
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> !process.isAlive() || status("/readyz") == 200);
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("the consumer is not ready; its log says\n" + log(), e);
        }
        checkAlive();
        return this;
    }

    /** Of a GET; 0 while it cannot be reached. */
    public int status(String path) {
        return get(path, 0, HttpResponse::statusCode);
    }

    /** As a scraper sees it; 0 while there is none. */
    public double metric(String name) {
        return body("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    private String body(String path) {
        return get(path, "", HttpResponse::body);
    }

    public void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofSeconds(10));
    }

    /** SIGTERM. @return how long it took to end */
    public Duration stop() {
        long begun = System.nanoTime();
        process.destroy();
        awaitEnd(Duration.ofSeconds(20));
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    public void checkAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the consumer ended with " + process.exitValue() + "\n" + log());
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private <T> T get(String path, T otherwise, java.util.function.Function<HttpResponse<String>, T> what) {
        var port = PORT.matcher(log());
        if (!port.find()) {
            return otherwise;
        }
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.group(1) + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return what.apply(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return otherwise;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("SIG" + name + " did not reach the consumer");
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEnd(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the consumer did not end within " + limit + "\n" + log());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The consumer, and a thread that waits for the end of the pipe from the test's JVM. */
    public static final class Main {
        private Main() {}

        public static void main(String[] args) {
            var watch = new Thread(() -> {
                try {
                    while (System.in.read() >= 0) {
                        // Nothing is ever sent; what is awaited is the end.
                    }
                } catch (IOException e) {
                    // The same as the end.
                }
                Runtime.getRuntime().halt(1);
            });
            watch.setDaemon(true);
            watch.start();
            ConsumerApplication.main(args);
        }
    }
}
