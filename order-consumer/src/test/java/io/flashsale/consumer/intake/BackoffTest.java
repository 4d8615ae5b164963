package io.flashsale.consumer.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void a_pause_doubles_up_to_its_bound() {
        var backoff = new Backoff(Duration.ofMillis(50), Duration.ofMillis(300));
        assertThat(Stream.generate(backoff::next).limit(5).map(Duration::toMillis))
                .containsExactly(50L, 100L, 200L, 300L, 300L);
    }
}
