package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NoiseTest {

    @Test
    void what_the_hypervisor_stole_is_noise() {
        //                             user nice system idle iowait irq softirq steal
        assertThat(Noise.stolen("cpu  1000 200 30 99999 500 60 70 412 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"))
                .isEqualTo(4.12);
    }

    @Test
    void what_was_too_short_to_be_watched_has_no_noise() {
        Noise.begin().end();
        assertThat(Noise.last()).isNaN();
        assertThat(Noise.much(Noise.last())).isFalse();
    }
}
