package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConditionsTest {

    @Test
    void figures_of_a_machine_that_was_at_work_already_are_not_to_be_quoted() {
        assertThat(Conditions.busy("16.47 19.67 20.07")).isTrue();
        assertThat(Conditions.busy("0.12 0.40 0.90")).isFalse();
    }

    @Test
    void the_load_is_what_was_seen_before_the_build() {
        assertThatThrownBy(Conditions::load).hasMessageContaining("./flashsale bench");
        System.setProperty("flashsale.load", "0.12 0.40 0.90");
        try {
            assertThat(Conditions.load()).isEqualTo("0.12 0.40 0.90");
        } finally {
            System.clearProperty("flashsale.load");
        }
    }
}
