package io.flashsale.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One child process and the signals a test sends it. */
final class ServerProcess extends Server {
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;

    ServerProcess(String name, Path log, Map<String, String> environment, List<String> command) {
        super(name, log);
        this.log = log;
        this.environment = environment;
        this.command = List.copyOf(command);
    }

    @Override
    void run() {
        launch();
        Process running = started();
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

    @Override
    boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    long pid() {
        return started().pid();
    }

    @Override
    long exitCode() {
        return started().exitValue();
    }

    @Override
    void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd();
        }
    }

    @Override
    void freeze() {
        signal("STOP");
        await(name + " to freeze", SIGNAL, () -> state() == 'T');
    }

    @Override
    void thaw() {
        signal("CONT");
        await(name + " to thaw", SIGNAL, () -> state() != 'T');
    }

    @Override
    void launch() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Process started = builder.start();
            Reaper.watch(started);
            process = started;
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
}
