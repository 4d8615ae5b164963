package io.flashsale.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** The project's own processes, by the pids that {@code ./flashsale} wrote down; never by name. */
public final class Processes {

    private final Installation installation;

    public Processes(Installation installation) {
        this.installation = installation;
    }

    /** The process of a part: edge, backend, consumer, cms, mysql, redis, namesrv or broker. */
    public long pid(String part) {
        String recorded = Installation.read(installation.home().resolve("pids").resolve(part));
        return Long.parseLong(recorded.strip().split("\\s+")[0]);
    }

    public boolean alive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** nginx's workers: the children of its master. */
    public List<Long> workers() {
        return ProcessHandle.of(pid("edge")).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .toList();
    }

    /** kill -9, and waits until it is gone. */
    public void kill(long pid) {
        signal("KILL", pid);
        Awaitility.await("process " + pid + " is gone")
                .atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !alive(pid));
    }

    public void kill(String part) {
        kill(pid(part));
    }

    public void freeze(String part) {
        signal("STOP", pid(part));
    }

    public void thaw(String part) {
        signal("CONT", pid(part));
    }

    private static void signal(String name, long pid) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
