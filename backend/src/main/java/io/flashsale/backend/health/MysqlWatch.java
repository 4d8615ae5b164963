package io.flashsale.backend.health;

import io.flashsale.backend.background.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Whether MySQL answers. */
@Component
final class MysqlWatch extends Loop implements Condition {

    private static final Duration STALE = Duration.ofMillis(1500);

    private final JdbcTemplate jdbc;
    private volatile long answeredAt = System.nanoTime() - STALE.toNanos();

    MysqlWatch(JdbcTemplate jdbc) {
        super("mysql-watch", Duration.ofMillis(250));
        this.jdbc = jdbc;
    }

    @Override
    protected void run() {
        jdbc.queryForObject("SELECT 1", Integer.class);
        answeredAt = System.nanoTime();
    }

    @Override
    public String name() {
        return "mysql";
    }

    @Override
    public @Nullable String problem() {
        return System.nanoTime() - answeredAt < STALE.toNanos() ? null : "MySQL does not answer";
    }
}
