package io.flashsale.e2e.compose;

import io.flashsale.e2e.client.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** The containers of the project, by the names of their services. */
final class Containers {

    private static final String OF_PROJECT =
            "label=com.docker.compose.project=" + System.getenv("COMPOSE_PROJECT_NAME");
    private static final String SERVICE = "com.docker.compose.service";

    /** Longer than the slowest start, that of the backend beside eight others on two processors. */
    private static final Duration HEALING = Duration.ofSeconds(150);

    static List<String> services() {
        return docker("ps", "-a", "--filter", OF_PROJECT, "--format", "{{.Label \"" + SERVICE + "\"}}")
                .lines()
                .sorted()
                .toList();
    }

    static JsonNode inspect(String service) {
        return Http.JSON.readTree(docker("inspect", id(service))).get(0);
    }

    static String id(String service) {
        String id = docker("ps", "-aq", "--filter", OF_PROJECT, "--filter", "label=" + SERVICE + "=" + service)
                .strip();
        if (!id.matches("[0-9a-f]+")) {
            throw new AssertionError("no one container of " + service + ": " + id);
        }
        return id;
    }

    /** Ends all of the container's processes at once, as a machine without power does; the engine is not told why. */
    static void kill(String service) {
        long pid = inspect(service).path("State").path("Pid").asLong();
        if (pid <= 1) {
            throw new AssertionError(service + " does not run");
        }
        // Its first process: the kernel ends the others of the namespace with it.
        run("kill", "-9", Long.toString(pid));
    }

    static int restarts(String service) {
        return inspect(service).path("RestartCount").asInt();
    }

    static void awaitHealed(String service, int restartsBefore) {
        Awaitility.await(service + " is healthy again")
                .atMost(HEALING)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> restarts(service) > restartsBefore && healthy(service));
    }

    static boolean healthy(String service) {
        return "healthy"
                .equals(inspect(service)
                        .path("State")
                        .path("Health")
                        .path("Status")
                        .asString(""));
    }

    static String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Containers() {}
}
