package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProgramsTest {

    @Test
    void finds_a_program_that_every_machine_has() {
        assertThat(Programs.find("sh", "dash")).endsWith("/sh");
    }

    @Test
    void names_the_package_of_a_program_that_is_missing() {
        assertThatThrownBy(() -> Programs.find("no-such-server", "no-such-package"))
                .isInstanceOf(TestkitException.class)
                .hasMessage("the program no-such-server is missing: install the Debian package no-such-package");
    }
}
