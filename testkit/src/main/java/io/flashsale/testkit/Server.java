package io.flashsale.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A server of a test and what a test does to it: a process of this machine, or a container with the same command and the same folder. Each
 * call returns when it has taken effect. Not for use by several threads at once.
 */
abstract class Server {
    static final Duration START = Duration.ofSeconds(60);
    static final Duration SIGNAL = Duration.ofSeconds(15);
    private static final int LOG_TAIL_BYTES = 4_096;

    final String name;
    private final Path log;

    Server(String name, Path log) {
        this.name = name;
        this.log = log;
    }

    /**
     * A process, or a container of the image where {@link Containers} are wanted.
     *
     * @param image its name in {@link Containers#image}
     * @param folder the server's, with its data, which is all of this machine that a container sees
     * @param log the name of a file in it
     */
    static Server of(
            String name, String image, Path folder, String log, Map<String, String> environment, List<String> command) {
        return Containers.wanted()
                ? new ServerContainer(name, Containers.image(image), folder, log, environment, command)
                : new ServerProcess(name, folder.resolve(log), environment, command);
    }

    /** Starts it, also again, with the data it has; returns when {@code ready} says so. */
    final void start(BooleanSupplier ready) {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        launch();
        await(name + " to answer", START, ready);
    }

    /** Runs it to its end, for commands that prepare something. */
    abstract void run();

    abstract void launch();

    abstract boolean isAlive();

    /** Among this machine's processes, also where it runs in a container. */
    abstract long pid();

    /** As by SIGKILL. Does nothing if it is gone already. */
    abstract void kill();

    /** Its sockets stay open and accept, but nothing answers. Does nothing if it is frozen already. */
    abstract void freeze();

    /** Does nothing if it is not frozen. */
    abstract void thaw();

    abstract long exitCode();

    final void await(String what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (!isAlive()) {
                throw new TestkitException(
                        name + " ended with " + exitCode() + " while waiting for " + what + logTail());
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

    final String logTail() {
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
