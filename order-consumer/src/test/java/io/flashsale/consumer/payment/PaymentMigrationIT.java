package io.flashsale.consumer.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.testkit.Checkout;
import io.flashsale.testkit.RealMySql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Payments of the time when each was for one order. */
class PaymentMigrationIT {

    @Test
    void a_payment_of_one_order_becomes_a_payment_with_one_share() throws SQLException {
        RealMySql server = RealMySql.shared();
        String database = server.createDatabase();
        Flyway.configure()
                .dataSource(server.jdbcUrl(database), server.user(), server.password())
                .locations("filesystem:" + Checkout.root().resolve("sql/migration"))
                .target("4")
                .load()
                .migrate();
        try (var connection = server.connect(database);
                var statement = connection.createStatement()) {
            String[][] before = {
                {"1-a-1", "CREATED", null},
                {"1-b-1", "FAILED", "DECLINED"},
                {"1-b-2", "PAID", null},
                {"1-c-1", "LATE", "EXPIRED"},
                {"1-d-1", "REFUND_DUE", "WRONG_AMOUNT"},
                {"1-e-1", "REFUNDED", "WRONG_AMOUNT"},
                {"1-f-1", "REFUND_DUE", "PAID_TWICE"},
                {"1-g-1", "REFUNDED", "LATE"},
            };
            for (String[] row : before) {
                statement.execute(
                        "INSERT INTO payment (id, order_id, provider, amount_minor, currency, received_minor, state, reason,"
                                + " created_at, updated_at, next_at) VALUES ('%s', '%s', 'sandbox', 1999, 'CNY', 1, '%s', %s,"
                                        .formatted(
                                                row[0],
                                                row[0].substring(0, 3),
                                                row[1],
                                                row[2] == null ? "NULL" : "'" + row[2] + "'")
                                + " '2026-11-01', '2026-11-02', '2026-11-03')");
            }
            server.migrate(database);
            List<String> after = new ArrayList<>();
            var rows = statement.executeQuery(
                    "SELECT CONCAT_WS(' ', p.id, s.order_id, p.state, COALESCE(p.reason, '-'), s.amount_minor,"
                            + " COALESCE(s.state, '-'), COALESCE(s.reason, '-'), DATE(s.updated_at))"
                            + " FROM payment p JOIN payment_order s ON s.payment_id = p.id ORDER BY p.id");
            while (rows.next()) {
                after.add(rows.getString(1));
            }
            assertThat(after)
                    .containsExactly(
                            "1-a-1 1-a CREATED - 1999 - - 2026-11-02",
                            "1-b-1 1-b FAILED DECLINED 1999 - - 2026-11-02",
                            "1-b-2 1-b PAID - 1999 PAID - 2026-11-02",
                            "1-c-1 1-c PAID - 1999 LATE EXPIRED 2026-11-02",
                            "1-d-1 1-d REFUND_DUE WRONG_AMOUNT 1999 - - 2026-11-02",
                            "1-e-1 1-e REFUNDED WRONG_AMOUNT 1999 - - 2026-11-02",
                            "1-f-1 1-f PAID - 1999 REFUND_DUE PAID_TWICE 2026-11-02",
                            "1-g-1 1-g PAID - 1999 REFUNDED LATE 2026-11-02");
        }
    }
}
