package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageTest {

    @Test
    void each_part_counts_once_though_nginx_writes_its_pid_down_as_well(@TempDir Path home) throws IOException {
        Path pids = Files.createDirectory(home.resolve("pids"));
        long self = ProcessHandle.current().pid();
        Files.writeString(pids.resolve("edge"), self + " 4711 12 stamp\n");
        Files.writeString(pids.resolve("nginx.pid"), self + "\n");
        Files.writeString(pids.resolve("redis"), "");
        Usage usage = Usage.of(home);
        assertThat(usage.seconds()).containsOnlyKeys("edge");
        assertThat(usage.total()).isPositive().isEqualTo(usage.seconds().get("edge"));
    }

    @Test
    void what_a_part_spent_is_shared_by_the_requests() {
        var before = new Usage(Map.of("redis", 1.0, "backend", 5.0));
        var after = new Usage(Map.of("redis", 1.5, "backend", 5.0, "broker", 0.1));
        Map<String, Double> micros = after.microsSince(before, 1000);
        assertThat(micros.get("redis")).isEqualTo(500, within(1e-6));
        assertThat(micros.get("broker")).as("it came up meanwhile").isEqualTo(100, within(1e-6));
        assertThat(micros.get("backend")).isZero();
    }
}
