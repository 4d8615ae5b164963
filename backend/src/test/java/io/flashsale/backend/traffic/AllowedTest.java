package io.flashsale.backend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedTest {

    private final Allowed allowed = new Allowed(List.of(
            new Subject("account", "load-test"),
            new Subject("address", "203.0.113.7"),
            new Subject("network", "198.51.100.128/25"),
            new Subject("network", "2001:db8:1::/48"),
            new Subject("address", "not an address")));

    @ParameterizedTest
    @CsvSource({
        "account, load-test, true",
        "account, load-test2, false",
        "account, 203.0.113.7, false",
        "session, load-test, false",
        "address, 203.0.113.7, true",
        "address, 203.0.113.8, false",
        "address, 198.51.100.200, true",
        "address, 198.51.100.127, false",
        "address, 2001:db8:1:2::/64, true",
        "address, 2001:db8:2:2::/64, false",
        "network, 203.0.113.0/24, true",
        "network, 198.51.100.0/24, true",
        "network, 198.51.101.0/24, false",
        "network, 2001:db8:1::/48, true",
        "network, 2001:db8:2::/48, false",
    })
    void an_address_is_allowed_by_its_networks_and_a_network_by_its_addresses(
            String kind, String value, boolean expected) {
        assertThat(allowed.has(new Subject(kind, value))).isEqualTo(expected);
    }
}
