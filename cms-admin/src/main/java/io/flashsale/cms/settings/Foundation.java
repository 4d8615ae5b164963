package io.flashsale.cms.settings;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The clock and the connection pool. */
@Configuration(proxyBeanMethods = false)
class Foundation {

    /** A few people and scripts work here at a time; eight connections leave MySQL to the sale. */
    private static final int POOL_SIZE = 8;

    /** Shorter than a caller's patience: without MySQL the answer is BUSY, not a hang. */
    private static final long CONNECTION_TIMEOUT_MS = 2_000;

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(CmsSettings settings) {
        var mysql = settings.mysql();
        var pool = new HikariDataSource();
        pool.setPoolName("mysql");
        pool.setJdbcUrl(mysql.url());
        pool.setUsername(mysql.user());
        pool.setPassword(SecretFile.read("FLASHSALE_MYSQL_PASSWORD_FILE", mysql.passwordFile(), 1));
        pool.setMaximumPoolSize(POOL_SIZE);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
        // Starting before MySQL is not an error; readiness tells.
        pool.setInitializationFailTimeout(-1);
        // As texts: the driver does not see a property that is a number.
        pool.addDataSourceProperty("connectTimeout", Long.toString(CONNECTION_TIMEOUT_MS));
        pool.addDataSourceProperty("socketTimeout", "10000");
        // A CMS that is frozen or cut off in a change must not hold an item's lock, and with it the sale, for hours.
        pool.addDataSourceProperty("sessionVariables", "wait_timeout=60");
        // MariaDB can tell a hung transaction from an idle connection; to MySQL the rest is a comment.
        pool.setConnectionInitSql("SET SESSION wait_timeout = 60 /*M! , SESSION idle_transaction_timeout = 6 */");
        pool.setKeepaliveTime(30_000);
        return pool;
    }
}
