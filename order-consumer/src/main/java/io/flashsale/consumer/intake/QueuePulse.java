package io.flashsale.consumer.intake;

import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Says each second how far this consumer is behind, where the CMS reads it. What was not said is seen by its age. */
@Component
class QueuePulse {

    private static final Logger log = LoggerFactory.getLogger(QueuePulse.class);

    /** Of consumers that are gone. */
    private static final Duration KEPT = Duration.ofHours(1);

    private final String node = UUID.randomUUID().toString();
    private final Intake intake;
    private final JdbcTemplate jdbc;
    private final Transactions transactions;
    private final Clock clock;
    private boolean said;
    private boolean silent;

    QueuePulse(Intake intake, JdbcTemplate jdbc, Transactions transactions, Clock clock) {
        this.intake = intake;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1_000, initialDelay = 1_000)
    void say() {
        Instant now = clock.instant();
        Long behind = intake.behind();
        long oldest = intake.oldestMs();
        try {
            transactions.once(() -> {
                if (!said) {
                    jdbc.update("DELETE FROM queue_pulse WHERE said_at < ?", Utc.text(now.minus(KEPT)));
                }
                return jdbc.update(
                        "INSERT INTO queue_pulse (node, behind, oldest_ms, said_at) VALUES (?, ?, ?, ?)"
                                + " ON DUPLICATE KEY UPDATE behind = ?, oldest_ms = ?, said_at = ?",
                        node,
                        behind,
                        oldest,
                        Utc.text(now),
                        behind,
                        oldest,
                        Utc.text(now));
            });
            said = true;
            silent = false;
        } catch (RuntimeException away) {
            if (!silent) { // once, until it works again
                log.warn("how far the queue is cannot be said: {}", away.toString());
            }
            silent = true;
        }
    }
}
