package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void the_median_is_the_middle_run_and_not_the_mean() {
        Series series = series(100, 1, 3);
        assertThat(series.median()).isEqualTo(3);
        series.add(5);
        assertThat(series.median()).isEqualTo(4);
    }

    @Test
    void a_bad_start_is_not_hidden_by_good_ones() {
        Series limit = series(100, 100, 100);
        Series refusals = series(90, 20, 95);
        assertThat(refusals.worstRatio(limit)).isEqualTo(0.2, within(1e-9));
        assertThat(new Mark("sold out", refusals.worstRatio(limit), 0.75).met()).isFalse();
    }

    @Test
    void what_was_not_measured_has_no_figure() {
        assertThatThrownBy(() -> series().median()).hasMessageContaining("was not measured");
    }

    @Test
    void a_missed_mark_says_so() {
        assertThat(new Mark("accepted", 0.2, 0.25).show()).isEqualTo("accepted: 0.20, at least 0.25: NOT MET");
        assertThat(new Mark("accepted", 0.25, 0.25).show()).endsWith("met").doesNotContain("NOT");
    }

    private static Series series(double... values) {
        var series = new Series("series", "");
        for (double value : values) {
            series.add(value);
        }
        return series;
    }
}
