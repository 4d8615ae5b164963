package io.flashsale.bench;

import static io.flashsale.bench.SeriesTest.series;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.bench.Mark.Verdict;
import org.junit.jupiter.api.Test;

class MarkTest {

    @Test
    void a_mark_is_met_from_its_bound_on() {
        assertThat(new Mark("accepted", 0.25, 0.25).verdict()).isEqualTo(Verdict.MET);
        assertThat(new Mark("accepted", 0.2499, 0.25).verdict()).isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.atMost("bytes", 450, 450, Unit.BYTES).verdict()).isEqualTo(Verdict.MET);
        assertThat(Mark.atMost("bytes", 451, 450, Unit.BYTES).verdict()).isEqualTo(Verdict.NOT_MET);
    }

    @Test
    void what_misses_its_mark_by_little_does_not_read_as_if_it_did_not() {
        assertThat(new Mark("m", 0.8961, 0.9).shown()).isEqualTo("0.896");
        assertThat(new Mark("m", 0.9049, 0.9).shown()).isEqualTo("0.90");
    }

    @Test
    void the_median_and_the_worst_run_are_judged_apart() {
        Series limit = series(100, 100, 100);
        Series refusals = series(95, 70, 94);
        assertThat(Mark.atLeast("m", refusals, limit, 0.9).verdict()).isEqualTo(Verdict.MET);
        assertThat(Mark.worstAtLeast("w", refusals, limit, 0.9).verdict()).isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.steady("s", refusals, limit, 0.85).seen()).isEqualTo(0.7 / 0.94);
    }

    @Test
    void a_start_of_a_machine_that_was_slow_for_its_limit_too_is_no_slow_start() {
        assertThat(Mark.steady("s", series(90, 45, 90), series(100, 50, 100), 0.85)
                        .verdict())
                .isEqualTo(Verdict.MET);
        assertThat(Mark.steady("s", series(90, 45, 90), series(100, 100, 100), 0.85)
                        .verdict())
                .isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.steady("s", series(90, 72, 90), noisy(Unit.PER_SECOND, 100, 0.2), 0.85)
                        .verdict())
                .as("noise under the limit may have made it")
                .isEqualTo(Verdict.CANNOT_TELL);
    }

    @Test
    void a_mark_that_the_noise_could_have_cost_cannot_be_told() {
        Series limit = series(100, 100, 100);
        assertThat(Mark.atLeast("m", noisy(Unit.PER_SECOND, 85, 0.2), limit, 0.9)
                        .verdict())
                .isEqualTo(Verdict.CANNOT_TELL);
        assertThat(Mark.atLeast("m", noisy(Unit.PER_SECOND, 50, 0.2), limit, 0.9)
                        .verdict())
                .as("too far below for the noise to be why")
                .isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.atLeast("m", noisy(Unit.PER_SECOND, 95, 0.2), limit, 0.9)
                        .verdict())
                .as("met in spite of it")
                .isEqualTo(Verdict.MET);
    }

    @Test
    void nor_one_that_noise_under_the_limit_could_have_given() {
        Series refusals = series(95, 95, 95);
        assertThat(Mark.atLeast("m", refusals, noisy(Unit.PER_SECOND, 100, 0.2), 0.9)
                        .verdict())
                .isEqualTo(Verdict.CANNOT_TELL);
        assertThat(Mark.atLeast("m", refusals, noisy(Unit.PER_SECOND, 100, 0.2), 0.7)
                        .verdict())
                .isEqualTo(Verdict.MET);
    }

    @Test
    void one_noisy_run_of_five_does_not_spoil_a_median() {
        var refusals = new Series("refusals", "");
        for (int i = 0; i < 5; i++) {
            refusals.add(i == 0 ? 60 : 89, i == 0 ? 0.9 : 0);
        }
        assertThat(Mark.atLeast("m", refusals, series(100, 100, 100, 100, 100), 0.9)
                        .verdict())
                .isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.worstAtLeast("w", refusals, series(100, 100, 100, 100, 100), 0.85)
                        .verdict())
                .as("the worst run is the noisy one")
                .isEqualTo(Verdict.CANNOT_TELL);
    }

    @Test
    void a_limit_that_wavers_makes_what_lies_within_the_range_of_its_ratios_doubtful() {
        Series limit = series(80, 100, 120);
        Series refusals = series(76, 95, 96);
        assertThat(Mark.atLeast("m", refusals, limit, 0.9).verdict()).isEqualTo(Verdict.CANNOT_TELL);
        assertThat(Mark.atLeast("m", refusals, limit, 0.5).verdict()).isEqualTo(Verdict.MET);
        assertThat(Mark.atLeast("m", series(76, 95, 114), limit, 0.9).verdict())
                .as("the ratios do not waver with it")
                .isEqualTo(Verdict.MET);
    }

    @Test
    void a_latency_that_missed_under_noise_cannot_be_told_and_one_that_did_not_is_met() {
        assertThat(Mark.atMost("p99", noisy(Unit.MILLIS, 80, 0.3), 50).verdict())
                .isEqualTo(Verdict.CANNOT_TELL);
        assertThat(Mark.atMost("p99", noisy(Unit.MILLIS, 40, 0.3), 50).verdict())
                .isEqualTo(Verdict.MET);
        assertThat(Mark.atMost("p99", noisy(Unit.MILLIS, 80, 0.0), 50).verdict())
                .isEqualTo(Verdict.NOT_MET);
    }

    @Test
    void growth_that_noise_at_either_size_could_have_made_or_hidden_cannot_be_told() {
        Series small = noisy(Unit.CPU_MICROS, 10, 0);
        assertThat(Mark.atMost("g", noisy(Unit.CPU_MICROS, 10.5, 0), small, 1.1).verdict())
                .isEqualTo(Verdict.MET);
        assertThat(Mark.atMost("g", noisy(Unit.CPU_MICROS, 11.5, 0), small, 1.1).verdict())
                .isEqualTo(Verdict.NOT_MET);
        assertThat(Mark.atMost("g", noisy(Unit.CPU_MICROS, 11.5, 0.2), small, 1.1)
                        .verdict())
                .isEqualTo(Verdict.CANNOT_TELL);
        assertThat(Mark.atMost("g", small, noisy(Unit.CPU_MICROS, 10, 0.2), 1.1).verdict())
                .isEqualTo(Verdict.CANNOT_TELL);
    }

    private static Series noisy(Unit unit, double value, double noise) {
        var series = new Series("noisy", "", unit);
        for (int run = 0; run < 3; run++) {
            series.add(value, noise);
        }
        return series;
    }
}
