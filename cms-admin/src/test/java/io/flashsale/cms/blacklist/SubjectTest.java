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

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7/24, 203.0.113.0/24",
        "203.0.113.255/31, 203.0.113.254/31",
        "10.255.0.0/9, 10.128.0.0/9",
        "2001:DB8:0:0:1::/64, 2001:db8::/64",
        "2001:db8:ffff::/33, 2001:db8:8000::/33",
        "::ffff:203.0.113.7/24, 203.0.113.0/24",
    })
    void a_network_is_stored_by_its_own_bits(String written, String stored) {
        assertThat(Subject.read("network", written).value()).isEqualTo(stored);
        assertThat(Subject.asStored(written)).isEqualTo(stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "203.0.113.7",
                "203.0.113.0/",
                "203.0.113.0/32",
                "203.0.113.0/7",
                "0.0.0.0/0",
                "203.0.113.0/-1",
                "203.0.113.0/24/24",
                "example.com/24",
                "2001:db8::/15",
                "2001:db8::/128",
                "2001:db8::/1000",
            })
    void what_is_no_network_or_too_much_of_the_world_is_refused(String written) {
        assertThatThrownBy(() -> Subject.read("network", written))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("value must be a network such as");
    }

    @Test
    void accounts_and_sessions_are_ids() {
        assertThat(Subject.read("account", "b-17").value()).isEqualTo("b-17");
        assertThatThrownBy(() -> Subject.read("session", "a b")).hasMessageStartingWith("value must be 1 to 64");
        assertThatThrownBy(() -> Subject.read("country", "XX")).hasMessageStartingWith("kind must be");
        assertThatThrownBy(() -> Subject.read("account", null)).hasMessage("value must be there.");
    }
}
