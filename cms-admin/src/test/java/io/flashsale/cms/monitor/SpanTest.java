package io.flashsale.cms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SpanTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_000_003);

    @Test
    void a_short_span_has_a_point_for_each_scrape_and_a_long_one_240() {
        assertThat(Span.of(15, NOW)).isEqualTo(new Span(999_100, 1_000_000, 5));
        assertThat(Span.of(1440, NOW)).isEqualTo(new Span(913_320, 999_720, 360));
    }

    @Test
    void rates_are_over_four_scrapes_or_a_step_and_a_scrape() {
        assertThat(Span.of(15, NOW).fillIn("rate(a{sku=~\"$sku\"}[$__rate_interval])", "A"))
                .isEqualTo("rate(a{sku=~\"A\"}[20s])");
        assertThat(Span.of(1440, NOW).fillIn("rate(a[$__rate_interval]) + increase(a[$__range])", "A"))
                .isEqualTo("rate(a[365s]) + increase(a[86400s])");
    }
}
