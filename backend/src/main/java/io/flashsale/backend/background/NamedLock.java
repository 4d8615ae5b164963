package io.flashsale.backend.background;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one backend do something at a time: a named lock of MySQL on a connection that is used for nothing else, so a backend that
 * dies gives it up by dying. For one thread.
 */
public final class NamedLock {

    private static final Logger LOG = LoggerFactory.getLogger(NamedLock.class);

    /** A fraction of any silence that is borne. */
    private static final long SILENCE_NANOS = 1_000_000_000L;

    private final HikariDataSource source;
    private final String name;
    private final int silentSeconds;
    private @Nullable Connection holder;
    private long heard;

    /**
     * @param name of at most 15 letters: a lock's name is global to the server, so the database's is before it, and has at most 64
     *     characters
     * @param silentSeconds how long a backend that is frozen or cut off keeps the lock
     */
    public NamedLock(HikariDataSource source, String name, int silentSeconds) {
        if (!name.matches("[a-z]{1,15}")) {
            throw new IllegalArgumentException("no name of a lock: " + name);
        }
        this.source = source;
        this.name = "CONCAT(LEFT(DATABASE(), 48), '." + name + "')";
        this.silentSeconds = silentSeconds;
    }

    /** Takes the lock, or makes sure that it is still held. False: another backend has it, or it was lost. */
    public boolean hold() throws SQLException {
        var present = holder;
        if (present != null) {
            return confirm(present);
        }
        var connection = source.getConnection();
        try {
            if (!ask(connection, "SELECT GET_LOCK(" + name + ", 0)")) {
                connection.close();
                return false;
            }
            try (var statement = connection.createStatement()) {
                statement.execute("SET SESSION wait_timeout = " + silentSeconds);
            }
        } catch (SQLException e) {
            abandon(connection);
            throw e;
        }
        holder = connection;
        return true;
    }

    private boolean confirm(Connection connection) throws SQLException {
        try {
            if (ask(connection, "SELECT IS_USED_LOCK(" + name + ") = CONNECTION_ID()")) {
                return true;
            }
        } catch (SQLException e) {
            abandon(connection);
            throw e;
        }
        abandon(connection);
        return false;
    }

    /**
     * MySQL takes a session that is silent for long for dead, and gives its lock away: to be called while long work goes on.
     * Whether the lock is still there afterwards is {@link #hold()}'s to say.
     */
    public void keepAlive() {
        var present = holder;
        if (present == null || System.nanoTime() - heard < SILENCE_NANOS) {
            return;
        }
        try {
            ask(present, "SELECT 1");
        } catch (SQLException e) {
            LOG.debug("the lock goes with its connection", e);
        }
    }

    private void abandon(Connection connection) throws SQLException {
        holder = null;
        // Not back to the pool, where others are silent for longer; should the lock be with it after all, it goes, too.
        source.evictConnection(connection);
    }

    public void release() throws SQLException {
        var present = holder;
        if (present == null) {
            return;
        }
        try {
            ask(present, "SELECT RELEASE_LOCK(" + name + ")");
        } finally {
            abandon(present);
        }
    }

    private boolean ask(Connection connection, String sql) throws SQLException {
        heard = System.nanoTime();
        try (var statement = connection.createStatement();
                var answer = statement.executeQuery(sql)) {
            return answer.next() && answer.getInt(1) == 1;
        }
    }
}
