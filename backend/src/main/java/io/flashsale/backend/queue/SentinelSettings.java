package io.flashsale.backend.queue;

import java.nio.file.Path;

/** Sentinel reads these when its first class is loaded, and would else keep files in the home directory. */
final class SentinelSettings {

    private SentinelSettings() {}

    static void apply() {
        set("project.name", "flashsale-backend");
        set("csp.sentinel.log.output.type", "console");
        set("csp.sentinel.log.level", "WARNING");
        set(
                "csp.sentinel.log.dir",
                Path.of(System.getProperty("java.io.tmpdir"), "sentinel").toString());
        // No metric files: what is worth knowing is in our metrics.
        set("csp.sentinel.metric.flush.interval", "0");
    }

    private static void set(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
