package io.flashsale.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.contract.Reservation.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationTest {

    @Test
    void what_redis_packed_is_read_and_written_alike() {
        String packed = "S|u1|0|2|r1|1|1795155870320|1795157670320||t1";
        var reservation = Reservation.unpack(packed);
        assertThat(reservation)
                .isEqualTo(
                        new Reservation(State.SEND, "u1", 0, 2, "r1", 1, 1795155870320L, 1795157670320L, null, "t1"));
        assertThat(reservation.pack()).isEqualTo(packed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S|u1", "X|u1|0|2|r1|1|1|1||t1", "S|u1|a|2|r1|1|1|1||t1"})
    void what_is_not_a_reservation_is_refused(String packed) {
        assertThatThrownBy(() -> Reservation.unpack(packed)).isInstanceOf(IllegalArgumentException.class);
    }
}
