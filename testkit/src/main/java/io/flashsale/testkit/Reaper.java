package io.flashsale.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Kills what this JVM started and deletes its temporary folder once the JVM is gone, however it went.
 *
 * <p>A shutdown hook would not run when the JVM is killed, and a frozen or busy server would outlive it. So this is a
 * small shell that reads from the JVM's pipe which processes live, and acts at the end of the pipe. It knows only
 * processes and containers that were announced to it, and forgets each process as soon as its end is seen.
 */
final class Reaper {
    /** $1: the folder to delete, empty to keep it. Lines on standard input: "+ PID", "- PID" and "c CONTAINER". */
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM
            pids=
            containers=
            while read -r verb pid; do
              [ "$verb" != c ] || { containers="$containers $pid"; continue; }
              rest=
              for known in $pids; do [ "$known" = "$pid" ] || rest="$rest $known"; done
              pids=$rest
              [ "$verb" = + ] && pids="$pids $pid"
            done
            for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
            tries=0
            for pid in $pids; do
              while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
            done
            [ -z "$containers" ] || docker rm --force --volumes $containers
            [ -z "$1" ] || rm -rf -- "$1"
            """;

    private static final Reaper INSTANCE = new Reaper();

    private final Path folder;
    private final OutputStream pipe;
    private int folders;

    private Reaper() {
        try {
            folder = Files.createTempDirectory("flashsale-testkit-");
            String deleted = Boolean.getBoolean("flashsale.testkit.keep") ? "" : folder.toString();
            Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "testkit-reaper", deleted)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            pipe = shell.getOutputStream();
        } catch (IOException e) {
            throw new TestkitException("the reaper of test servers did not start", e);
        }
    }

    /** A new empty folder, deleted with the JVM. Its path is short enough for a unix socket in it. */
    static Path newFolder(String name) {
        return INSTANCE.makeFolder(name);
    }

    static void watch(Process process) {
        INSTANCE.say("+ " + process.pid());
        process.onExit().thenRun(() -> INSTANCE.say("- " + process.pid()));
    }

    static void watchContainer(String id) {
        INSTANCE.say("c " + id);
    }

    private synchronized Path makeFolder(String name) {
        folders++;
        try {
            return Files.createDirectory(folder.resolve(name + "-" + folders));
        } catch (IOException e) {
            throw new TestkitException("no temporary folder for " + name, e);
        }
    }

    private synchronized void say(String line) {
        try {
            pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            throw new TestkitException("the reaper of test servers is gone", e);
        }
    }
}
