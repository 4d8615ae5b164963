package io.flashsale.consumer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.flashsale.testkit.RealMySql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

class ForeignDatabaseIT {

    @Test
    void a_database_that_holds_another_programs_tables_is_left_alone_and_named() throws SQLException {
        RealMySql mysql = RealMySql.shared();
        String database = mysql.createDatabase();
        try (Connection connection = mysql.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE theirs (id INT)");

            Throwable refused = catchThrowable(() -> mysql.migrate(database));
            FailureAnalysis told = new ForeignDatabaseAnalyzer().analyze(refused);

            assertThat(Objects.requireNonNull(told).getDescription()).contains("FLASHSALE_MYSQL_URL", "not empty");
            try (var tables = statement.executeQuery("SHOW TABLES")) {
                assertThat(tables.next()).isTrue();
                assertThat(tables.getString(1)).isEqualTo("theirs");
                assertThat(tables.next()).isFalse();
            }
        }
    }
}
