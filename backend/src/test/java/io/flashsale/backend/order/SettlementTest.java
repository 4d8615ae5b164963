package io.flashsale.backend.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SettlementTest {

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOT_ELIGIBLE", "LIMIT_REACHED", "UNKNOWN_SKU"})
    void a_decided_refusal_is_its_own_answer(Code code) {
        assertThat(Settlement.answerOf(code.name())).isEqualTo(code);
    }

    @Test
    void what_was_given_back_was_an_order_once() {
        assertThat(Settlement.answerOf("GIVEN_BACK")).isEqualTo(Code.RESERVED);
    }

    @Test
    void what_redis_does_not_know_is_not_known() {
        assertThat(Settlement.answerOf("UNKNOWN")).isEqualTo(Code.PENDING);
    }
}
