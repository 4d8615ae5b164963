package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RealMySqlIT {
    private static final RealMySql mySql = RealMySql.start();

    @AfterAll
    static void close() {
        mySql.close();
    }

    @Test
    void it_is_the_server_that_was_asked_for() throws SQLException {
        try (Connection connection = mySql.connect("")) {
            assertThat(connection.getMetaData().getDatabaseProductVersion().endsWith("-MariaDB"))
                    .isEqualTo(System.getenv("FLASHSALE_TEST_MYSQL_ROOT") == null);
        }
    }

    @Test
    void is_in_a_container_where_one_was_asked_for() throws IOException {
        assertThat(Contained.is(mySql.pid())).isEqualTo(Contained.asked());
    }

    @Test
    void listens_on_loopback_only() {
        assertThat(Sockets.listening(mySql.pid())).isEqualTo(Set.of(new InetSocketAddress("127.0.0.1", mySql.port())));
    }

    @Test
    void each_database_is_apart() throws SQLException {
        String one = mySql.createDatabase();
        String other = mySql.createDatabase();
        execute(one, "CREATE TABLE t (n INT)");

        assertThatThrownBy(() -> number(other, "SELECT COUNT(*) FROM t")).isInstanceOf(SQLException.class);
    }

    @Test
    void a_migrated_database_has_the_projects_schema_and_takes_the_migration_twice() throws SQLException {
        String database = mySql.createMigratedDatabase();
        mySql.migrate(database);

        assertThat(number(database, "SELECT COUNT(*) FROM orders")).isZero();
        assertThat(number(database, "SELECT COUNT(*) FROM stock_ledger")).isZero();
    }

    @Test
    void a_commit_survives_a_kill() throws SQLException {
        String database = mySql.createDatabase();
        execute(database, "CREATE TABLE t (n INT) ENGINE = InnoDB");
        execute(database, "INSERT INTO t VALUES (7)");
        mySql.kill();
        assertThatThrownBy(() -> number(database, "SELECT n FROM t")).isInstanceOf(SQLException.class);

        mySql.restart();
        assertThat(number(database, "SELECT n FROM t")).isEqualTo(7);
    }

    @Test
    void a_frozen_server_answers_when_it_thaws() throws SQLException {
        String database = mySql.createDatabase();
        mySql.freeze();
        assertThatThrownBy(() -> DriverManager.getConnection(mySql.jdbcUrl(database) + "&socketTimeout=500"))
                .isInstanceOf(SQLException.class);
        mySql.thaw();
        mySql.thaw(); // as a test does that mends what another may have left

        assertThat(number(database, "SELECT 1")).isEqualTo(1);
    }

    @Test
    void works_through_a_proxy() throws SQLException {
        String database = mySql.createDatabase();
        try (HopProxy proxy = HopProxy.to(mySql.host(), mySql.port());
                Connection connection = DriverManager.getConnection(mySql.jdbcUrl(database, proxy.port()))) {
            assertThat(connection.isValid(5)).isTrue();
            proxy.refuse();
            assertThat(connection.isValid(5)).isFalse();
        }
    }

    @Test
    void times_are_utc() throws SQLException {
        assertThat(number(mySql.createDatabase(), "SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())"))
                .isZero();
    }

    @Test
    void times_keep_their_milliseconds_on_the_way() throws SQLException {
        String database = mySql.createDatabase();
        execute(database, "CREATE TABLE t (at DATETIME(3))");
        try (Connection connection = mySql.connect(database);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
            insert.setTimestamp(1, new Timestamp(1_700_000_000_123L));
            insert.executeUpdate();
        }

        assertThat(number(database, "SELECT MICROSECOND(at) FROM t")).isEqualTo(123_000);
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = mySql.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(String database, String sql) throws SQLException {
        try (Connection connection = mySql.connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
