package io.flashsale.consumer.store;

import com.zaxxer.hikari.HikariDataSource;
import io.flashsale.consumer.settings.ConsumerSettings;
import io.flashsale.consumer.settings.SecretFile;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Two ways to MySQL: the schema's user, once at the start, and the service's own. */
@Configuration(proxyBeanMethods = false)
class Database {

    /** With Flyway's pause of 2 s between attempts: a minute for a database that starts beside us. */
    private static final int MIGRATION_ATTEMPTS = 30;

    private static final int MIGRATION_PAUSE_SECONDS = 2;

    /** Intake and sweep hold one each, commands the rest; more would only queue at an item's row. */
    private static final int CONNECTIONS = 8;

    /** A command that finds all connections taken fails rather than wait longer than its caller. */
    private static final int CONNECTION_WAIT_MS = 3_000;

    private static final int CONNECT_MS = 2_000;

    /** The longest statement takes some 50 ms. A server that is frozen for longer than this is retried, not waited for. */
    private static final int ANSWER_MS = 5_000;

    /** An item's row is held for one batch, some 20 ms. Waiting longer means that something is stuck: give up and try again. */
    private static final int LOCK_WAIT_S = 3;

    /** A frozen consumer may hold an item's lock: the server ends what has been silent for this long. Idle connections ask in between. */
    private static final int SILENCE_S = 60;

    private static final int KEEPALIVE_MS = 30_000;

    /** MariaDB can tell a hung transaction from an idle connection, and ends it sooner; to MySQL the rest is a comment. */
    private static final String END_OF_A_HUNG_TRANSACTION =
            "SET SESSION wait_timeout = " + SILENCE_S + " /*M! , SESSION idle_transaction_timeout = 6 */";

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(ConsumerSettings settings) {
        var mysql = settings.mysql();
        var pool = new HikariDataSource();
        pool.setPoolName("mysql");
        pool.setJdbcUrl(mysql.url());
        pool.setUsername(mysql.user());
        pool.setPassword(SecretFile.read("FLASHSALE_MYSQL_PASSWORD_FILE", mysql.passwordFile()));
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(CONNECTIONS);
        pool.setConnectionTimeout(CONNECTION_WAIT_MS);
        pool.setValidationTimeout(1_000);
        pool.setKeepaliveTime(KEEPALIVE_MS);
        pool.setInitializationFailTimeout(-1);
        // Set once on each connection, so that no transaction pays a round trip for it.
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        // As texts: the driver does not see a property that is a number.
        pool.addDataSourceProperty("connectTimeout", Integer.toString(CONNECT_MS));
        pool.addDataSourceProperty("socketTimeout", Integer.toString(ANSWER_MS));
        pool.addDataSourceProperty(
                "sessionVariables", "innodb_lock_wait_timeout=" + LOCK_WAIT_S + ",wait_timeout=" + SILENCE_S);
        pool.setConnectionInitSql(END_OF_A_HUNG_TRANSACTION);
        // A batch of rows becomes one INSERT with many VALUES.
        pool.addDataSourceProperty("rewriteBatchedStatements", "true");
        pool.addDataSourceProperty("useLocalSessionState", "true");
        pool.addDataSourceProperty("cacheServerConfiguration", "true");
        return pool;
    }

    @Bean
    FlywayConfigurationCustomizer migrationUser(ConsumerSettings settings) {
        var migration = settings.migration();
        return flyway -> flyway.dataSource(
                        settings.mysql().url(),
                        migration.user(),
                        SecretFile.read("FLASHSALE_MIGRATION_PASSWORD_FILE", migration.passwordFile()))
                .locations(migration.locations().split(","))
                .failOnMissingLocations(true)
                .connectRetries(MIGRATION_ATTEMPTS)
                .connectRetriesInterval(MIGRATION_PAUSE_SECONDS);
    }
}
