package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleTest {

    @Test
    void a_linear_axis_begins_at_zero_and_is_straight() {
        Scale scale = Scale.linear(1, 440);
        assertThat(scale.at(0)).isZero();
        assertThat(scale.at(0.52)).isEqualTo(220, within(1e-9));
        assertThat(texts(scale)).containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
    }

    @Test
    void a_logarithmic_axis_gives_each_decade_the_same() {
        Scale scale = Scale.logarithmic(0.7, 400, 300);
        assertThat(scale.at(50) - scale.at(5)).isEqualTo(scale.at(5) - scale.at(0.5), within(1e-9));
        assertThat(scale.at(0.7)).isPositive();
        assertThat(scale.at(400)).isLessThan(300);
        assertThat(texts(scale)).containsExactly("0.5", "1", "2", "5", "10", "20", "50", "100", "200", "500");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.003, 0.08, 0.99, 1, 1.04, 3.37, 9.99, 10, 47, 12_799})
    void an_axis_has_some_ticks_whose_texts_do_not_touch(double highest) {
        assertLegible(Scale.linear(highest, 440));
        assertLegible(Scale.logarithmic(highest / 3, highest, 440));
        assertLegible(Scale.logarithmic(highest / 1e5, highest, 440));
        assertLegible(Scale.logarithmic(highest, highest, 440));
    }

    private static void assertLegible(Scale scale) {
        List<Double> ticks = scale.ticks();
        assertThat(ticks).as("%s", scale).hasSizeBetween(2, 11);
        for (int i = 1; i < ticks.size(); i++) {
            double halves = 7
                    * (Scale.text(ticks.get(i)).length()
                            + Scale.text(ticks.get(i - 1)).length())
                    / 2.0;
            assertThat(scale.at(ticks.get(i)) - scale.at(ticks.get(i - 1)))
                    .as("%s at %s", scale, ticks)
                    .isGreaterThan(halves);
        }
    }

    private static List<String> texts(Scale scale) {
        return scale.ticks().stream().map(Scale::text).toList();
    }
}
