package io.flashsale.cms.blacklist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.cms.web.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "::ffff:192.0.2.1, 192.0.2.1",
    })
    void an_address_is_stored_as_the_edge_will_see_it(String written, String stored) {
        assertThat(Subject.read("address", written).value()).isEqualTo(stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "example.com",
                "256.1.1.1",
                "1.2.3",
                "10.0.0.0/8",
                "fe80::1%eth0",
                ":::",
                "1.2.3.4 "
            })
    void what_is_not_one_address_is_refused_and_never_looked_up(String written) {
        assertThatThrownBy(() -> Subject.read("address", written))
                .isInstanceOf(Refusal.class)
                .hasMessage("value must be one IPv4 or IPv6 address.");
    }

    @Test
    void accounts_and_sessions_are_ids() {
        assertThat(Subject.read("account", "b-17").value()).isEqualTo("b-17");
        assertThatThrownBy(() -> Subject.read("session", "a b")).hasMessageStartingWith("value must be 1 to 64");
        assertThatThrownBy(() -> Subject.read("country", "XX")).hasMessageStartingWith("kind must be");
        assertThatThrownBy(() -> Subject.read("account", null)).hasMessage("value must be there.");
    }
}
