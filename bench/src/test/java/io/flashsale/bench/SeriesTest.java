package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void the_median_is_the_middle_run_and_not_the_mean() {
        Series series = series(100, 1, 3);
        assertThat(series.median()).isEqualTo(3);
        series.add(5, 0);
        assertThat(series.median()).isEqualTo(4);
    }

    @Test
    void a_run_is_compared_with_the_limits_run_of_the_same_start() {
        Series limit = series(100, 200, 400);
        assertThat(series(90, 190, 300).ratios(limit).values()).containsExactly(0.9, 0.95, 0.75);
        assertThat(series(90, 190, 300).ratio(limit)).isEqualTo(0.9);
    }

    @Test
    void where_the_numbers_of_runs_differ_the_limits_median_is_the_measure() {
        assertThat(series(100, 300).ratios(series(100, 200, 400)).values()).containsExactly(0.5, 1.5);
    }

    @Test
    void a_bad_start_is_not_hidden_by_good_ones() {
        assertThat(series(90, 20, 95).worstRatio(series(100, 100, 100))).isEqualTo(0.2, within(1e-9));
    }

    @Test
    void what_was_not_measured_has_no_figure() {
        assertThatThrownBy(() -> series().median()).hasMessageContaining("was not measured");
    }

    @Test
    void noise_left_a_rate_the_rest_of_the_cpu_at_least_and_a_latency_could_have_been_anything() {
        var rate = new Series("rate", "");
        rate.add(1000, 0.5);
        rate.add(1000, 0.05);
        rate.add(1000, Double.NaN);
        rate.add(1000, 1.2);
        assertThat(rate.undisturbed().values()).containsExactly(2000.0, 1000.0, 1000.0, Double.POSITIVE_INFINITY);
        assertThat(rate.noisyRuns()).isEqualTo(2);
        var latency = new Series("latency", "", Unit.MILLIS);
        latency.add(80, 0.5);
        latency.add(80, 0.05);
        assertThat(latency.undisturbed().values()).containsExactly(0.0, 80.0);
    }

    @Test
    void a_limit_wavers_when_its_runs_lie_a_quarter_apart() {
        assertThat(series(100, 110, 124).unsteady()).isFalse();
        assertThat(series(100, 110, 130).unsteady()).isTrue();
        assertThat(series(100).unsteady()).isFalse();
    }

    @Test
    void what_each_run_saw_is_gathered_answers_by_sum_and_cpu_and_latency_by_median() {
        Series series = series(1, 2, 3);
        series.codes(Map.of("RESERVED", 5L, "BUSY", 1L));
        series.codes(Map.of("RESERVED", 6L));
        assertThat(series.codes()).containsExactly(Map.entry("BUSY", 1L), Map.entry("RESERVED", 11L));
        for (double micros : new double[] {10, 30, 11}) {
            series.cpu(Map.of("redis", micros));
            series.latency(Map.of(99.9, micros));
        }
        assertThat(series.cpu()).containsExactly(Map.entry("redis", 11.0));
        Series tail = series.percentile(99.9);
        assertThat(tail.name()).isEqualTo("series, p99.9");
        assertThat(tail.median()).isEqualTo(11);
        assertThat(series.percentile(99).values()).isEmpty();
    }

    static Series series(double... values) {
        return named("series", values);
    }

    static Series named(String name, double... values) {
        var series = new Series(name, "");
        for (double value : values) {
            series.add(value, 0);
        }
        return series;
    }
}
