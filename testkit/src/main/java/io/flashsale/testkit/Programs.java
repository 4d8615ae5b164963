package io.flashsale.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Where the servers' programs lie. */
final class Programs {
    private Programs() {}

    /** Searches PATH and the folders for servers, which are not on every user's PATH. */
    static String find(String program, String debianPackage) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(":")), Stream.of("/usr/sbin", "/usr/local/sbin", "/sbin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> new TestkitException(
                        "the program " + program + " is missing: install the Debian package " + debianPackage));
    }
}
