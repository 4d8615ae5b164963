package io.flashsale.consumer.deadletter;

import io.flashsale.consumer.deadletter.DeadLetters.Settled;
import io.flashsale.consumer.parking.ParkedMessages.Entry;
import io.flashsale.consumer.parking.ParkedMessages.Resolution;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Carries out, every second, what people decided of parked messages in the CMS, which writes it into MySQL. Any number of consumers may do
 * so at once: each message ends once, and what one has done the others find done.
 */
@Component
class Judgements {

    private static final Logger log = LoggerFactory.getLogger(Judgements.class);

    private static final Duration SILENCE_BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private record Judgement(long id, long message, String verdict, String why, String by) {}

    private final DeadLetters letters;
    private final JdbcTemplate jdbc;
    private final Transactions transactions;
    private final Clock clock;
    private Instant quietUntil = Instant.MIN;

    Judgements(DeadLetters letters, JdbcTemplate jdbc, Transactions transactions, Clock clock) {
        this.letters = letters;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1_000, initialDelay = 1_000)
    void everySecond() {
        try {
            waiting().forEach(this::carryOutOrLeave);
        } catch (RuntimeException e) {
            warn("what was decided of parked messages cannot be read", e);
        }
    }

    private List<Judgement> waiting() {
        return transactions.once(() -> jdbc.query(
                "SELECT id, matter_id, verdict, why, judged_by FROM judgement WHERE matter = 'MESSAGE' AND waiting = TRUE"
                        + " AND verdict IN ('REPLAY', 'DISCARD') ORDER BY id LIMIT 100",
                (row, number) -> new Judgement(
                        row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5))));
    }

    /** One that fails is tried again in a second, and keeps no other waiting. */
    private void carryOutOrLeave(Judgement judgement) {
        try {
            carried(judgement, outcome(carryOut(judgement)));
        } catch (RuntimeException e) {
            warn("judgement " + judgement.id() + " of message " + judgement.message() + " could not be carried out", e);
        }
    }

    private Settled carryOut(Judgement judgement) {
        return judgement.verdict().equals("DISCARD")
                ? letters.discard(judgement.message(), judgement.by(), judgement.why())
                : letters.replay(judgement.message(), judgement.by());
    }

    /** How the message ended, whoever ended it; PARKED: it has not. */
    private static String outcome(Settled settled) {
        Entry entry = settled.entry();
        if (entry == null) {
            return "UNKNOWN";
        }
        if (entry.resolvedAt() == null) {
            return "PARKED";
        }
        return (entry.resolution() == null ? Resolution.SETTLED : entry.resolution()).name();
    }

    private void carried(Judgement judgement, String outcome) {
        transactions.retrying(() -> jdbc.update(
                "UPDATE judgement SET waiting = NULL, carried_at = ?, outcome = ? WHERE id = ? AND waiting = TRUE",
                Utc.text(clock.instant()),
                outcome,
                judgement.id()));
    }

    private void warn(String what, RuntimeException failure) {
        Instant now = clock.instant();
        if (now.isAfter(quietUntil)) {
            quietUntil = now.plus(SILENCE_BETWEEN_WARNINGS);
            log.warn("{}; again in a second", what, failure);
        }
    }
}
