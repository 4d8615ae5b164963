package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Other programs, run to their end. */
final class Commands {

    record Ended(int exit, String output) {}

    /** Runs a command; standard error joins the output. */
    static Ended run(List<String> command, Map<String, String> environment) {
        return run(command, environment, Path.of("/dev/null"));
    }

    private static Ended run(List<String> command, Map<String, String> environment, Path input) {
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(input.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("not ended in 5 minutes: " + command);
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(command.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(command + " was interrupted", e);
        }
    }

    /** The output of a command that must succeed. */
    static String require(List<String> command, Map<String, String> environment) {
        return require(command, environment, Path.of("/dev/null"));
    }

    /** @param input what it reads */
    static String require(List<String> command, Map<String, String> environment, Path input) {
        Ended ended = run(command, environment, input);
        if (ended.exit() != 0) {
            throw new IllegalStateException("%s ended with %d:%n%s".formatted(command, ended.exit(), ended.output()));
        }
        return ended.output();
    }

    /** The first line of what a program says, or why not: for the conditions of a measurement. */
    static String firstLine(String... command) {
        try {
            return run(List.of(command), Map.of()).output().lines().findFirst().orElse("?");
        } catch (UncheckedIOException missing) {
            return "none";
        }
    }

    private Commands() {}
}
