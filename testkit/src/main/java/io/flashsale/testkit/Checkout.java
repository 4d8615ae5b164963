package io.flashsale.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout's root, for tests that use the project's own scripts, SQL and Lua. */
public final class Checkout {
    private Checkout() {}

    /** From the system property {@code flashsale.root}, else the nearest folder upward that holds the parts. */
    public static Path root() {
        String given = System.getProperty("flashsale.root");
        if (given != null) {
            return Path.of(given);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("ops/rocketmq")) && Files.isRegularFile(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new TestkitException("the checkout is not above " + Path.of("").toAbsolutePath()
                + ": set the system property flashsale.root");
    }
}
