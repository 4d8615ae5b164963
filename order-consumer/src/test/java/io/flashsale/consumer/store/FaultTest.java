package io.flashsale.consumer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DataTruncation;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.CannotCreateTransactionException;

class FaultTest {

    @ParameterizedTest(name = "error {0} with state {1} is {2}")
    @CsvSource({
        "1062, 23000, DUPLICATE",
        "1406, 22001, DATA",
        "1264, 22003, DATA",
        "1366, HY000, DATA",
        "1048, 23000, DATA",
        "3819, HY000, DATA",
        "4025, 23000, DATA",
        "1213, 40001, INFRASTRUCTURE",
        "1205, HY000, INFRASTRUCTURE",
        "0, 08S01, INFRASTRUCTURE",
        "1021, HY000, INFRASTRUCTURE",
        "1142, 42000, INFRASTRUCTURE",
        "1146, 42S02, INFRASTRUCTURE",
        "1290, HY000, INFRASTRUCTURE",
        "1053, 08S01, INFRASTRUCTURE",
    })
    void an_error_of_the_server_is_judged_by_its_number(int number, String state, Fault fault) {
        assertThat(Fault.of(new DataIntegrityViolationException("x", new SQLException("x", state, number))))
                .isEqualTo(fault);
    }

    @Test
    void a_value_that_was_cut_is_the_datas_fault() {
        assertThat(Fault.of(new RuntimeException(new DataTruncation(1, true, false, 2, 1))))
                .isEqualTo(Fault.DATA);
    }

    @Test
    void a_database_that_cannot_be_reached_is_the_infrastructures_fault() {
        assertThat(Fault.of(new DataAccessResourceFailureException("x", new SQLNonTransientConnectionException("x"))))
                .isEqualTo(Fault.INFRASTRUCTURE);
        assertThat(Fault.of(new CannotCreateTransactionException("x"))).isEqualTo(Fault.INFRASTRUCTURE);
    }

    @Test
    void what_reached_no_database_is_the_datas_fault_so_that_it_cannot_stop_the_queue() {
        assertThat(Fault.of(new IllegalStateException("x"))).isEqualTo(Fault.DATA);
    }
}
