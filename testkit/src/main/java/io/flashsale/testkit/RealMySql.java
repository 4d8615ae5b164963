package io.flashsale.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The MySQL of a test, on a loopback port, with one user who may do everything: MariaDB, which plays MySQL's part wherever none is given,
 * or the MySQL whose root folder the environment variable {@value SqlServer#ROOT} names.
 *
 * <p>A commit survives {@link #kill}; the settings give up only what the end of the whole machine would cost. To be
 * apart from each other, tests share the server and take a database each.
 */
public final class RealMySql implements AutoCloseable {
    private static final String USER = "flashsale";
    private static final String PASSWORD = "flashsale-test";
    private static final String GRANTS = "ops/mariadb/grants/afterMigrate__grants.sql";
    private static @Nullable RealMySql shared;

    private final Path folder = Reaper.newFolder("mysql");
    private final int port = Ports.free();
    private final Server process;
    private int databases;

    private RealMySql() {
        SqlServer server = SqlServer.chosen();
        Path bootstrap = folder.resolve("bootstrap.sql");
        List<String> own = List.of("--user=" + System.getProperty("user.name"), "--datadir=" + folder.resolve("data"));
        List<String> install =
                Stream.of(server.install(), own).flatMap(List::stream).toList();
        Server.of(server.name() + "'s making of its tables", server.image(), folder, "mysql.log", Map.of(), install)
                .run();
        write(
                bootstrap,
                "CREATE USER IF NOT EXISTS '" + USER + "'@'127.0.0.1' IDENTIFIED BY '" + PASSWORD + "';\n"
                        + "GRANT ALL PRIVILEGES ON *.* TO '" + USER + "'@'127.0.0.1' WITH GRANT OPTION;\n");
        List<String> options = List.of(
                "--init-file=" + bootstrap,
                "--socket=" + folder.resolve("mysql.sock"),
                "--pid-file=" + folder.resolve("mysql.pid"),
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--skip-name-resolve",
                "--default-time-zone=+00:00",
                "--character-set-server=utf8mb4",
                "--max-connections=300",
                // The page cache outlives the process, and no test cuts the power.
                "--innodb-flush-log-at-trx-commit=2",
                "--innodb-buffer-pool-size=64M",
                "--skip-log-bin");
        List<String> run =
                Stream.of(server.run(), own, options).flatMap(List::stream).toList();
        process = Server.of(server.name(), server.image(), folder, "mysql.log", Map.of(), run);
    }

    /** A server of one's own; close it after use. Takes some seconds: {@link #shared} is for all that do not break it. */
    public static RealMySql start() {
        RealMySql mySql = new RealMySql();
        mySql.process.start(mySql::answers);
        return mySql;
    }

    /** The one server of this JVM, started by the first call. */
    public static synchronized RealMySql shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return PASSWORD;
    }

    public long pid() {
        return process.pid();
    }

    /** A new, empty database; returns its name. */
    public synchronized String createDatabase() {
        databases++;
        String database = "test_" + databases;
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database + " CHARACTER SET utf8mb4");
        } catch (SQLException e) {
            throw new TestkitException("database " + database + " could not be created", e);
        }
        return database;
    }

    /** A new database with the project's schema; returns its name. */
    public String createMigratedDatabase() {
        String database = createDatabase();
        migrate(database);
        return database;
    }

    /** Applies the migrations of {@code sql/migration} that the database does not have yet. */
    public void migrate(String database) {
        Path migrations = Checkout.root().resolve("sql/migration");
        Flyway.configure()
                .dataSource(jdbcUrl(database), USER, PASSWORD)
                .locations("filesystem:" + migrations)
                .failOnMissingLocations(true)
                .load()
                .migrate();
    }

    /**
     * A user with exactly the rights that a service's account has in a real installation, in one database. A user that is there gets them
     * in this one, too.
     *
     * @param account as {@code ops/mariadb/grants} names it
     */
    public void createUser(String user, String password, String account, String database) {
        String granted = " TO '" + account + "'@'%';";
        String name = "'" + user + "'@'127.0.0.1'";
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER IF NOT EXISTS " + name + " IDENTIFIED BY '" + password + "'");
            List<String> rights = Files.readAllLines(Checkout.root().resolve(GRANTS)).stream()
                    .filter(line -> line.endsWith(granted))
                    .toList();
            if (rights.isEmpty()) {
                throw new TestkitException(GRANTS + " gives " + account + " nothing");
            }
            for (String line : rights) {
                statement.execute(
                        line.replace(" flashsale.", " " + database + ".").replace(granted, " TO " + name));
            }
        } catch (SQLException | IOException e) {
            throw new TestkitException("user " + user + " could not be made", e);
        }
    }

    /** For Connector/J, with user and password inside; more parameters can be appended with {@code &}. */
    public String jdbcUrl(String database) {
        return jdbcUrl(database, port);
    }

    /** The same through another port on loopback, which is what a {@link HopProxy} has. */
    public String jdbcUrl(String database, int throughPort) {
        return "jdbc:mysql://127.0.0.1:" + throughPort + "/" + database + "?user=" + USER + "&password=" + PASSWORD
                + "&connectionTimeZone=UTC&sslMode=DISABLED&allowPublicKeyRetrieval=true";
    }

    /** A plain connection; the caller closes it. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database));
    }

    public void kill() {
        process.kill();
    }

    /** Starts it again with its data, killing it first where it still runs. */
    public void restart() {
        process.kill();
        process.start(this::answers);
    }

    /** Connections stay and new ones are accepted by the kernel, but nothing answers until {@link #thaw}. */
    public void freeze() {
        process.freeze();
    }

    public void thaw() {
        process.thaw();
    }

    /** Kills it. Its folder goes with the JVM. */
    @Override
    public void close() {
        process.kill();
    }

    private boolean answers() {
        try (Connection connection =
                DriverManager.getConnection(jdbcUrl("") + "&connectTimeout=1000&socketTimeout=5000")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
