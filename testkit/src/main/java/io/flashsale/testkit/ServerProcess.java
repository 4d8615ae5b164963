package io.flashsale.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One child process and the signals a test sends it. Not for use by several threads at once. */
final class ServerProcess {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SIGNAL = Duration.ofSeconds(15);
    private static final int LOG_TAIL_BYTES = 4_096;

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;

    ServerProcess(String name, Path log, Map<String, String> environment, List<String> command) {
        this.name = name;
        this.log = log;
        this.environment = environment;
        this.command = List.copyOf(command);
    }

    /** Starts it and returns when {@code ready} says so. */
    void start(BooleanSupplier ready) {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        process = launch();
        await(name + " to answer", START, ready);
    }

    /** Runs it to its end, for commands that prepare something. */
    void run() {
        Process running = launch();
        process = running;
        try {
            if (!running.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly();
                throw new TestkitException(name + " did not end within " + START.toSeconds() + " s" + logTail());
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted while " + name + " ran", e);
        }
        if (running.exitValue() != 0) {
            throw new TestkitException(name + " ended with " + running.exitValue() + logTail());
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return started().pid();
    }

    /** SIGKILL. Does nothing if it is gone already. */
    void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd();
        }
    }

    /** SIGTERM; SIGKILL where that does not end it in time. */
    void stop() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(SIGNAL.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        awaitEnd();
    }

    /** SIGSTOP: its sockets stay open and accept, but nothing answers. */
    void freeze() {
        signal("STOP");
        await(name + " to freeze", SIGNAL, () -> state() == 'T');
    }

    void thaw() {
        signal("CONT");
        await(name + " to thaw", SIGNAL, () -> state() != 'T');
    }

    private Process launch() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Process started = builder.start();
            Reaper.watch(started);
            return started;
        } catch (IOException e) {
            throw new TestkitException(name + " did not start", e);
        }
    }

    private Process started() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    private void awaitEnd() {
        try {
            if (!started().waitFor(SIGNAL.toSeconds(), TimeUnit.SECONDS)) {
                throw new TestkitException(name + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted while " + name + " ended", e);
        }
    }

    /** Java sends only SIGTERM and SIGKILL; the shell's own kill needs no further package. */
    private void signal(String signal) {
        if (!isAlive()) {
            throw new IllegalStateException(name + " does not run");
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid())
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new TestkitException("SIG" + signal + " did not reach " + name);
            }
        } catch (IOException e) {
            throw new TestkitException("SIG" + signal + " did not reach " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted while sending SIG" + signal, e);
        }
    }

    /** R, S, T, …: the field after the command's closing parenthesis in /proc/PID/stat. */
    private char state() {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new TestkitException(name + " is gone", e);
        }
    }

    private void await(String what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (!isAlive()) {
                throw new TestkitException(
                        name + " ended with " + started().exitValue() + " while waiting for " + what + logTail());
            }
            if (System.nanoTime() > deadline) {
                throw new TestkitException("waited " + limit.toSeconds() + " s for " + what + logTail());
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TestkitException("interrupted while waiting for " + what, e);
            }
        }
    }

    private String logTail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(LOG_TAIL_BYTES, file.length())];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
            return "; its log " + log + " ends:\n" + new String(tail, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "; it wrote no log (" + e.getMessage() + ")";
        }
    }
}
