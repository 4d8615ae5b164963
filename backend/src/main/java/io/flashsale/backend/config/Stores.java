package io.flashsale.backend.config;

import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The connections to MySQL and Redis. Both may be away at the start: the service waits for them, not ready. */
@Configuration(proxyBeanMethods = false)
class Stores {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    HikariDataSource dataSource(Settings settings, Secrets secrets) {
        var mysql = settings.mysql();
        var source = new HikariDataSource();
        source.setPoolName("mysql");
        source.setJdbcUrl(mysql.url());
        source.setUsername(mysql.user());
        source.setPassword(secrets.mysqlPassword());
        source.setMaximumPoolSize(mysql.poolSize());
        source.setMinimumIdle(2);
        source.setConnectionTimeout(mysql.connectTimeout().toMillis());
        source.setValidationTimeout(Math.max(250, mysql.connectTimeout().toMillis() / 2));
        source.setInitializationFailTimeout(-1);
        // The consumer's locks are not waited for by readers, and a gap lock would stop its inserts.
        source.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        source.addDataSourceProperty(
                "connectTimeout", Long.toString(mysql.connectTimeout().toMillis()));
        source.addDataSourceProperty(
                "socketTimeout", Long.toString(mysql.socketTimeout().toMillis()));
        // All times are UTC, also what UNIX_TIMESTAMP and UTC_TIMESTAMP say in SQL.
        source.addDataSourceProperty("connectionTimeZone", "UTC");
        source.addDataSourceProperty("forceConnectionTimeZoneToSession", "true");
        source.addDataSourceProperty("rewriteBatchedStatements", "true");
        source.addDataSourceProperty("tcpKeepAlive", "true");
        // A backend that is frozen or cut off holds locks no longer than this; idle connections are kept alive.
        source.addDataSourceProperty("sessionVariables", "wait_timeout=60");
        // MariaDB can tell a hung transaction from an idle connection; to MySQL the rest is a comment.
        source.setConnectionInitSql("SET SESSION wait_timeout = 60 /*M! , SESSION idle_transaction_timeout = 6 */");
        source.setKeepaliveTime(30_000);
        return source;
    }

    /** Lettuce's own pause before it connects again grows to 30 s: after some seconds without Redis nobody would renew the lease. */
    @Bean(destroyMethod = "shutdown")
    ClientResources redisResources() {
        return ClientResources.builder()
                .reconnectDelay(
                        Delay.exponential(Duration.ofMillis(10), Duration.ofMillis(500), 2, TimeUnit.MILLISECONDS))
                .build();
    }

    @Bean(destroyMethod = "destroy")
    LettuceConnectionFactory redisConnectionFactory(Settings settings, Secrets secrets, ClientResources resources) {
        var redis = settings.redis();
        var server = new RedisStandaloneConfiguration(redis.host(), redis.port());
        if (secrets.redisPassword() != null) {
            server.setUsername(redis.user());
            server.setPassword(secrets.redisPassword());
        }
        var options = ClientOptions.builder()
                .autoReconnect(true)
                // Not connected: say so at once, do not queue.
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // A command in flight when the connection breaks is not sent again: a grant must never reach a Redis
                // process other than the one it was meant for.
                .replayFilter(command -> true)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(redis.timeout())
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(redis.timeout()))
                .build();
        return new LettuceConnectionFactory(
                server,
                LettuceClientConfiguration.builder()
                        .clientResources(resources)
                        .commandTimeout(redis.timeout())
                        .clientOptions(options)
                        .build());
    }
}
