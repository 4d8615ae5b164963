package io.flashsale.backend.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RelayTest {

    private static final Duration AGE = Duration.ofSeconds(2);

    @Test
    void takes_what_is_older_than_what_the_intake_is_at() {
        assertThat(Relay.oldEnough(AGE, Duration.ZERO)).isEqualTo(AGE);
        assertThat(Relay.oldEnough(AGE, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void waits_for_no_intake_longer_than_15_seconds() {
        assertThat(Relay.oldEnough(AGE, Duration.ofMinutes(1))).isEqualTo(Duration.ofSeconds(17));
    }
}
