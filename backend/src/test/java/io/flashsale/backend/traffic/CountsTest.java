package io.flashsale.backend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CountsTest {

    private final Counts counts = new Counts();

    private void add(long second, int requests, Integer... partners) {
        counts.add(
                second, new Report.Line(new Subject("address", "203.0.113.7"), requests, 1, 2, 3, List.of(partners)));
    }

    @Test
    void a_window_has_the_seconds_after_its_beginning() {
        add(100, 5);
        add(101, 7);
        add(101, 1);
        add(105, 2);
        assertThat(counts.measure(Measure.REQUESTS, 99)).isEqualTo(15);
        assertThat(counts.measure(Measure.REQUESTS, 100)).isEqualTo(10);
        assertThat(counts.measure(Measure.REQUESTS, 104)).isEqualTo(2);
        assertThat(counts.measure(Measure.REQUESTS, 105)).isZero();
        assertThat(counts.measure(Measure.THROTTLED, 99)).isEqualTo(4);
        assertThat(counts.measure(Measure.FAILED, 100)).isEqualTo(6);
        assertThat(counts.measure(Measure.MALFORMED, 104)).isEqualTo(3);
    }

    @Test
    void who_was_met_in_two_seconds_is_one_partner() {
        add(100, 1, 1, 2);
        add(101, 1, 2, 3);
        add(102, 1, 3);
        assertThat(counts.measure(Measure.PARTNERS, 99)).isEqualTo(3);
        assertThat(counts.measure(Measure.PARTNERS, 100)).isEqualTo(2);
        assertThat(counts.measure(Measure.PARTNERS, 101)).isEqualTo(1);
    }

    @Test
    void what_is_older_than_a_minute_is_forgotten_and_what_comes_late_counts_as_now() {
        add(100, 5);
        add(159, 1);
        assertThat(counts.measure(Measure.REQUESTS, 0)).isEqualTo(6);
        add(160, 1);
        assertThat(counts.measure(Measure.REQUESTS, 0)).isEqualTo(2);
        add(150, 4);
        assertThat(counts.measure(Measure.REQUESTS, 159)).isEqualTo(5);
    }
}
