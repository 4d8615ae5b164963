package io.flashsale.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;

/** The table's own limit: rows of the shape of {@code orders}, in batches of one transaction each, by one connection. */
final class RawRows {

    static final int BATCH = 200;
    private static final String INSERT =
            """
            INSERT INTO bench_orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor, currency,
              promo_version, state, reason, request_id, epoch, seq, trace_id, created_at, pay_before, updated_at)
            VALUES (?, 1, 1, 'BENCH', ?, 1, 1, 1999, 'CNY', 1, 'PENDING_PAYMENT', NULL, ?, 1, ?, ?, ?, ?, ?)""";

    private final Target target;

    RawRows(Target target) {
        this.target = target;
    }

    static Series series() {
        return new Series("raw inserts into a table like orders", "1 connection, batches of " + BATCH);
    }

    void measure(Series into, int runs, double seconds) {
        try (Connection connection = target.mysql("migration");
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS bench_orders");
            statement.execute("CREATE TABLE bench_orders LIKE orders");
            connection.setAutoCommit(false);
            long number = 0;
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (int run = 0; run < runs; run++) {
                    Noise noise = Noise.begin();
                    long start = System.nanoTime();
                    long first = number;
                    while (System.nanoTime() - start < seconds * 1e9) {
                        number = batch(insert, number);
                        connection.commit();
                    }
                    double took = (System.nanoTime() - start) / 1e9;
                    noise.end();
                    into.add((number - first) / took);
                }
            }
            statement.execute("DROP TABLE bench_orders");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot measure the table", e);
        }
    }

    private static long batch(PreparedStatement insert, long from) throws SQLException {
        LocalDateTime now = LocalDateTime.now();
        long number = from;
        for (int i = 0; i < BATCH; i++, number++) {
            insert.setString(1, "1-" + Long.toString((1795132800000L << 22) + number, 36));
            insert.setString(2, "bench" + number % 5000);
            insert.setString(3, "k" + number);
            insert.setLong(4, number);
            insert.setString(5, "0123456789abcdef" + number);
            insert.setObject(6, now);
            insert.setObject(7, now.plusMinutes(30));
            insert.setObject(8, now);
            insert.addBatch();
        }
        insert.executeBatch();
        return number;
    }
}
