package io.flashsale.consumer.intake;

import io.flashsale.consumer.store.Transactions;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Says each second how far this consumer is behind, where the CMS reads it, by MySQL's clock; while it does not read the queue it says nothing,
 * which is seen by the age of its last word.
 */
@Component
class QueuePulse {

    private static final Logger log = LoggerFactory.getLogger(QueuePulse.class);

    private final String node = UUID.randomUUID().toString();
    private final Intake intake;
    private final JdbcTemplate jdbc;
    private final Transactions transactions;
    private boolean said;
    private boolean silent;

    QueuePulse(Intake intake, JdbcTemplate jdbc, Transactions transactions) {
        this.intake = intake;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    @Scheduled(fixedDelay = 1_000, initialDelay = 1_000)
    void say() {
        if (!intake.reads()) {
            return;
        }
        OrderQueue.Behind behind = intake.behind();
        long oldest = intake.oldestMs();
        try {
            transactions.once(() -> {
                if (!said) {
                    jdbc.update("DELETE FROM queue_pulse WHERE said_at < UTC_TIMESTAMP(3) - INTERVAL 1 HOUR");
                }
                return jdbc.update(
                        "REPLACE INTO queue_pulse (node, behind, queues, of_queues, oldest_ms, said_at)"
                                + " VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
                        node,
                        behind == null ? null : behind.messages(),
                        behind == null ? null : behind.queues(),
                        behind == null ? null : behind.of(),
                        oldest);
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
