package io.flashsale.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of a process, not what the test kit believes. */
final class Contained {
    private Contained() {}

    static boolean asked() {
        return System.getenv("FLASHSALE_TEST_CONTAINERS") != null;
    }

    /** Whether it has file systems of its own. */
    static boolean is(long pid) throws IOException {
        return !mounts(Long.toString(pid)).equals(mounts("self"));
    }

    private static Path mounts(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns/mnt"));
    }
}
