package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        assertThat(usage.seconds().get("edge")).isPositive();
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

    @Test
    void a_process_has_its_time_and_that_of_its_dead_children_and_a_kernel_thread_none() {
        String process = "77 (a (strange) name) S 1 77 77 0 -1 4194560 1 2 3 4 100 20 3000 400 20 0";
        assertThat(Usage.seconds(process, false)).isEqualTo(1.2);
        assertThat(Usage.seconds(process, true)).isEqualTo(35.2);
        assertThat(Usage.seconds("15 (rcu_preempt) I 2 0 0 0 -1 2129984 0 0 0 0 0 3800 0 0 20 0", true))
                .isZero();
    }

    @Test
    void ours_are_this_program_the_parts_and_what_both_have_started_and_nobody_else(@TempDir Path home)
            throws IOException, InterruptedException {
        Process part = new ProcessBuilder("sh", "-c", "sleep 60 & wait").start();
        try {
            Files.createDirectory(home.resolve("pids"));
            await().until(() -> part.descendants().count() == 1);
            long child = part.descendants().findFirst().orElseThrow().pid();
            assertThat(Usage.ours(null)).contains(ProcessHandle.current().pid(), part.pid(), child);
            // its parent is not ours, but it is one of the system's parts
            long parent = ProcessHandle.current().parent().orElseThrow().pid();
            assertThat(Usage.ours(home)).doesNotContain(parent);
            Files.writeString(home.resolve("pids/backend"), parent + " 1 1 stamp");
            assertThat(Usage.ours(home)).contains(parent);
        } finally {
            part.descendants().forEach(ProcessHandle::destroy);
            part.destroy();
            part.waitFor();
        }
    }

    @Test
    void the_work_of_somebody_else_is_seen_also_when_he_has_ended(@TempDir Path folder) throws Exception {
        Path left = folder.resolve("stat");
        double before = Usage.ofOthers(null);
        // its parent ends at once, so it is nobody's of ours
        String work = "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; cat /proc/$$/stat >'" + left + ".new'; mv '"
                + left + ".new' '" + left + "'";
        Process parent = new ProcessBuilder("sh", "-c", "setsid sh -c \"$1\" >/dev/null 2>&1 &", "sh", work).start();
        assertThat(parent.waitFor()).isZero();
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(left));
        double worked = Usage.seconds(Files.readString(left), false);
        assertThat(worked).isPositive();
        // both are sums of ticks of a hundredth of a second, which fractions of two cannot add up exactly
        assertThat(Usage.ofOthers(null) - before).isGreaterThan(worked - 0.005);
    }
}
