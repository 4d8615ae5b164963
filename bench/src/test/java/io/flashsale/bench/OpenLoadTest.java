package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenLoadTest {

    private static final long SECOND = 1_000_000_000L;

    private final History history = new History();

    @Test
    void all_come_within_the_time_and_in_order_whether_or_not_others_were_answered() {
        var load = new OpenLoad(10, 1000, 5, false);
        long last = 0;
        for (int i = 0; i < 1000; i++) {
            long due = load.due(0);
            assertThat(due).isBetween(last, 5 * SECOND);
            last = due;
            assertThat(load.next(history, due)).isEqualTo(i);
        }
        assertThat(load.due(0)).isEqualTo(Load.NEVER);
        assertThat(history.buyer(999)).isEqualTo(9);
        assertThat(history.key(999)).isEqualTo(99);
    }

    @Test
    void who_is_late_because_of_the_generator_was_due_all_the_same() {
        var load = new OpenLoad(1, 1, 1, false);
        long due = load.due(0);
        answer(load.next(history, 9 * SECOND), 10 * SECOND, new HttpAnswer(409, "SOLD_OUT", null, 0, false), load);

        assertThat(history.latencies(code -> true).ms(100)).isEqualTo((10 * SECOND - due) / 1e6);
    }

    @Test
    void a_patient_buyer_comes_again_with_the_same_key_when_told() {
        var load = new OpenLoad(1, 1, 1, true);
        int first = load.next(history, load.due(0));
        answer(first, 2 * SECOND, new HttpAnswer(503, "BUSY", null, 3, false), load);

        assertThat(load.due(0)).isBetween(5 * SECOND, 6 * SECOND);
        int second = load.next(history, load.due(0));
        assertThat(second).isNotEqualTo(first);
        assertThat(history.key(second)).isEqualTo(history.key(first));
        assertThat(history.buyer(second)).isEqualTo(history.buyer(first));
    }

    @Test
    void who_knows_nothing_asks_again() {
        var load = new OpenLoad(1, 1, 1, true);
        int first = load.next(history, load.due(0));
        answer(first, 2 * SECOND, new HttpAnswer(202, "PENDING", "1-a", 0, false), load);

        assertThat(load.due(0)).isBetween(3 * SECOND, 4 * SECOND);
    }

    @Test
    void whose_buy_is_decided_does_not_come_again_nor_does_anybody_for_ever() {
        var load = new OpenLoad(3, 3, 1, true);
        answer(load.next(history, 0), SECOND, new HttpAnswer(200, "RESERVED", "1-a", 0, false), load);
        answer(load.next(history, 0), SECOND, new HttpAnswer(409, "SOLD_OUT", null, 0, false), load);
        answer(load.next(history, 0), 62 * SECOND, new HttpAnswer(503, "BUSY", null, 1, false), load);

        assertThat(load.due(0)).isEqualTo(Load.NEVER);
        assertThat(history.settledBuyers()).isEqualTo(2);
    }

    private void answer(int attempt, long now, HttpAnswer answer, Load load) {
        history.answered(attempt, now, answer);
        load.ended(history, attempt, now);
    }
}
