package io.flashsale.consumer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class UtcTest {

    @Test
    void an_instant_keeps_its_milliseconds_and_loses_what_is_finer() {
        assertThat(Utc.text(Instant.parse("2026-11-20T12:30:00.0079Z"))).isEqualTo("2026-11-20 12:30:00.007");
    }
}
