package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseTest {

    @Test
    void busy_is_what_processes_had_and_what_was_stolen_but_neither_idling_nor_interrupts() {
        //                                      user nice system idle iowait irq softirq steal
        assertThat(Noise.busy(List.of("cpu  1000 200 30 99999 500 60 70 4 0 0", "cpu0 1 1 1 1 1 1 1 1 0 0")))
                .isEqualTo(12.34);
    }

    @Test
    void our_own_work_is_no_noise_and_that_of_a_child_that_ended_neither() throws IOException, InterruptedException {
        double before = Usage.ofThisProgram();
        double own = 0;
        for (long spins = 0; own < 0.1 && spins < 1_000_000; spins++) {
            own = Usage.ofThisProgram() - before;
        }
        assertThat(own).isGreaterThanOrEqualTo(0.1);

        Process child = new ProcessBuilder(
                        "sh", "-c", "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; cat /proc/$$/stat")
                .start();
        String[] stat = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split(" ");
        assertThat(child.waitFor()).isZero();
        double childs = (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) / 100.0;
        assertThat(childs).as("enough to be told from our own").isGreaterThan(0.3);
        assertThat(Usage.ofThisProgram() - before - own).isGreaterThanOrEqualTo(childs);
    }

    @Test
    void what_was_too_short_to_be_watched_has_no_noise() {
        Noise.begin().end();
        assertThat(Noise.last()).isNaN();
        assertThat(Noise.much(Noise.last())).isFalse();
    }
}
