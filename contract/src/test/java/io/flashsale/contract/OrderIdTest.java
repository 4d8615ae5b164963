package io.flashsale.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderIdTest {

    @Test
    void an_id_tells_its_item_and_when_it_was_made() {
        var made = Instant.parse("2026-11-20T12:00:00.123Z");
        var id = OrderId.parse(OrderId.of(71, made, 4_000_000).text());
        assertThat(id.promoItemId()).isEqualTo(71);
        assertThat(id.madeAt()).isEqualTo(made);
    }

    @Test
    void later_ids_of_an_item_sort_later() {
        var made = Instant.parse("2026-11-20T12:00:00Z");
        assertThat(OrderId.of(1, made.plusMillis(1), 0).text())
                .isGreaterThan(OrderId.of(1, made, 4_194_303).text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "-", "1-", "1-A", "1-a-b", "zzzzzzzzzzzzz-1", "1-zzzzzzzzzzzzz", "1-a\n", "../1-a"})
    void what_is_not_an_id_is_refused(String text) {
        assertThatThrownBy(() -> OrderId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
