package io.flashsale.e2e.client;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    /** One that is dead and only not yet buried by its parent is not alive. */
    public boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException gone) {
            return false;
        }
    }

    /** nginx's workers: the children of its master. */
    public List<Long> workers() {
        return ProcessHandle.of(pid("edge")).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .filter(this::alive)
                .toList();
    }

    /** kill -9, and waits until it is gone. */
    public void kill(long pid) {
        signal("KILL", pid);
        awaitGone(pid);
    }

    private void awaitGone(long pid) {
        Awaitility.await("process " + pid + " is gone")
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !alive(pid));
    }

    public void kill(String part) {
        kill(pid(part));
    }

    public void freeze(String part) {
        freeze(pid(part));
    }

    public void freeze(long pid) {
        signal("STOP", pid);
    }

    public void thaw(long pid) {
        signal("CONT", pid);
    }

    public void thaw(String part) {
        thaw(pid(part));
    }

    /** Asks nginx to read its configuration again. */
    public void reload() {
        signal("HUP", pid("edge"));
    }

    /** Asks a part to end as on a stop, and waits until it has. */
    public void end(String part) {
        long pid = pid(part);
        signal("TERM", pid);
        awaitGone(pid);
    }

    /**
     * One more of a Java service, as the present one was started, at a port of its own and straight to MySQL. The caller ends it.
     *
     * @param portSetting the name of the setting of its port
     */
    public Process twin(String part, String portSetting, int port) {
        Path own = Path.of("/proc", Long.toString(pid(part)));
        List<String> command = List.of(Installation.read(own.resolve("cmdline")).split("\0"));
        Path log = installation.home().resolve("logs").resolve(part + "-twin.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.clear();
        for (String setting : Installation.read(own.resolve("environ")).split("\0")) {
            String[] pair = setting.split("=", 2);
            environment.put(pair[0], pair[1]);
        }
        environment.put(portSetting, Integer.toString(port));
        environment.put("FLASHSALE_MYSQL_URL", "jdbc:mysql://127.0.0.1:" + installation.port("MYSQL") + "/flashsale");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("a second " + part, e);
        }
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
