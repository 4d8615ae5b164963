package io.flashsale.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Whether this JVM's servers run in containers: the environment variable {@value #TAG} says so, and names the tag of their images, which
 * {@code ./flashsale test containers} builds. Nothing is pulled.
 */
final class Containers {
    static final String TAG = "FLASHSALE_TEST_CONTAINERS";

    private static final @Nullable String tag = System.getenv(TAG);

    private Containers() {}

    static boolean wanted() {
        return tag != null;
    }

    static String image(String name) {
        return "flashsale/" + name + ":" + tag;
    }

    /** The program as the image has it, or where it lies on this machine. */
    static String program(String program, String debianPackage) {
        return wanted() ? program : Programs.find(program, debianPackage);
    }
}
