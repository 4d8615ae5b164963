package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flashsale.e2e.checker.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SaleTest {

    private static final long MILLI = 1_000_000L;

    private final History history = new History();
    private final List<Sample> samples = new ArrayList<>();

    @Test
    void the_consumer_is_as_far_behind_as_the_oldest_accepted_buy_that_is_no_row_is_old() {
        acceptedAt(100, 200, 300, 900);
        seen(1000, 1); // the second, accepted at 200, is missing
        seen(1500, 4);

        assertThat(sale(1.0).secondsBehindAtEnd()).isCloseTo(0.8, within(0.001));
        assertThat(sale(1.6).secondsBehindAtEnd()).isZero();
        assertThat(sale(1.6).mostSecondsBehind()).isCloseTo(0.8, within(0.001));
    }

    @Test
    void an_order_is_durable_when_the_counter_reached_its_last_value() {
        acceptedAt(100, 200);
        seen(150, 1);
        seen(700, 2);
        seen(900, 2);

        assertThat(sale(1).secondsUntilDurable()).isCloseTo(0.5, within(0.001));
        assertThat(sale(1).rows()).isEqualTo(2);
    }

    @Test
    void rates_are_of_the_time_in_which_requests_left() {
        acceptedAt(100, 1900, 2100);
        refusedAt(1000);
        seen(1500, 1);
        seen(2500, 3);

        assertThat(sale(2).acceptedPerSecond()).isEqualTo(1);
        assertThat(sale(2).refusedPerSecond()).isEqualTo(0.5);
        assertThat(sale(2).persistedPerSecond()).isEqualTo(0.5);
    }

    private void acceptedAt(long... millis) {
        for (long at : millis) {
            history.answered(history.asked(0, 0, 0), at * MILLI, new HttpAnswer(200, "RESERVED", "1-" + at, 0, false));
        }
    }

    private void refusedAt(long millis) {
        history.answered(history.asked(0, 0, 0), millis * MILLI, new HttpAnswer(409, "SOLD_OUT", null, 0, false));
    }

    private void seen(long millis, long held) {
        samples.add(new Sample(history.at(millis * MILLI), "mysql", "SKU", 10, 10 - held, held, 0));
    }

    private Sale sale(double seconds) {
        return new Sale("SKU", seconds, history, samples, Map.of(), "", 0);
    }
}
