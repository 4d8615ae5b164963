package io.flashsale.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The provider's books. Every call may be repeated; the same id is the same payment or refund. */
@Component
class Books {

    /** Tried this often, over some ten minutes; then the shop must ask. */
    static final int MOST_TRIES = 12;

    record Payment(
            String id,
            String ref,
            long amountMinor,
            String currency,
            String description,
            String state,
            long takenMinor) {}

    record Refund(String id, long amountMinor) {}

    record Event(
            long number,
            String id,
            String kind,
            String paymentId,
            String ref,
            @Nullable String refundId,
            long amountMinor,
            String currency,
            int tries) {}

    record Delivery(String id, String kind, long amountMinor, int tries, @Nullable String answer, boolean done) {}

    private final JdbcClient jdbc;
    private final Clock clock = Clock.systemUTC();

    Books(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return the payment of this id; null if there is one of another amount */
    @Transactional
    @Nullable
    public Payment open(String id, long amountMinor, String currency, String description) {
        Payment present = find(id);
        if (present == null) {
            jdbc.sql(
                            "INSERT INTO payment (id, ref, amount_minor, currency, description, state) VALUES (?, ?, ?, ?, ?, 'OPEN')")
                    .params(id, UUID.randomUUID().toString(), amountMinor, currency, description)
                    .update();
            return find(id);
        }
        return present.amountMinor() == amountMinor && present.currency().equals(currency) ? present : null;
    }

    @Nullable
    Payment find(String id) {
        return one("id", id);
    }

    @Nullable
    Payment byRef(String ref) {
        return one("ref", ref);
    }

    private @Nullable Payment one(String column, String value) {
        return jdbc.sql("SELECT id, ref, amount_minor, currency, description, state, taken_minor FROM payment WHERE "
                        + column + " = ?")
                .param(value)
                .query(Payment.class)
                .optional()
                .orElse(null);
    }

    /**
     * The shopper's decision, as the page was told to deliver it.
     *
     * @param amountMinor what the events will say was taken
     * @param copies of the event, each with the same id
     * @param delay until the first
     * @param failedFirst sends a failure ahead that says nothing of the success behind it
     * @return false if it was decided before
     */
    @Transactional
    public boolean decide(
            Payment payment, boolean paid, long amountMinor, int copies, Duration delay, boolean failedFirst) {
        int changed = jdbc.sql("UPDATE payment SET state = ?, taken_minor = ? WHERE id = ? AND state = 'OPEN'")
                .params(paid ? "PAID" : "DECLINED", paid ? amountMinor : 0, payment.id())
                .update();
        if (changed == 0) {
            return false;
        }
        long due = clock.millis() + delay.toMillis();
        if (paid && failedFirst) {
            event(UUID.randomUUID().toString(), "FAILED", payment, null, amountMinor, due);
        }
        String id = UUID.randomUUID().toString();
        for (int copy = 0; copy < copies; copy++) {
            event(id, paid ? "SUCCEEDED" : "FAILED", payment, null, amountMinor, due + 200L * copy);
        }
        return true;
    }

    /** @return false if there is no such payment, or not so much to give back */
    @Transactional
    public boolean refund(String id, String paymentId, long amountMinor) {
        Payment payment = find(paymentId);
        if (payment == null || !payment.state().equals("PAID")) {
            return false;
        }
        if (jdbc.sql("SELECT COUNT(*) FROM refund WHERE id = ?")
                        .param(id)
                        .query(Long.class)
                        .single()
                > 0) {
            return true;
        }
        long before = refunds(paymentId).stream().mapToLong(Refund::amountMinor).sum();
        if (before + amountMinor > payment.takenMinor()) {
            return false;
        }
        jdbc.sql("INSERT INTO refund (id, payment_id, amount_minor) VALUES (?, ?, ?)")
                .params(id, paymentId, amountMinor)
                .update();
        event(UUID.randomUUID().toString(), "REFUNDED", payment, id, amountMinor, clock.millis());
        return true;
    }

    List<Refund> refunds(String paymentId) {
        return jdbc.sql("SELECT id, amount_minor FROM refund WHERE payment_id = ? ORDER BY id")
                .param(paymentId)
                .query(Refund.class)
                .list();
    }

    private void event(String id, String kind, Payment payment, @Nullable String refundId, long amountMinor, long due) {
        jdbc.sql("INSERT INTO event (id, kind, payment_id, refund_id, amount_minor, currency, due_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)")
                .param(id)
                .param(kind)
                .param(payment.id())
                .param(refundId)
                .param(amountMinor)
                .param(payment.currency())
                .param(due)
                .update();
    }

    List<Event> due() {
        return jdbc.sql(
                        "SELECT e.number, e.id, e.kind, e.payment_id, p.ref, e.refund_id, e.amount_minor, e.currency, e.tries FROM event e"
                                + " JOIN payment p ON p.id = e.payment_id WHERE NOT e.done AND e.due_at <= ? ORDER BY e.number LIMIT 100")
                .param(clock.millis())
                .query(Event.class)
                .list();
    }

    /** Delivered, or to be tried again: after 1 s, then twice as long each time. */
    void tried(Event event, String answer, boolean taken) {
        long pause = 1000L << Math.min(event.tries(), 7);
        jdbc.sql("UPDATE event SET tries = tries + 1, answer = ?, done = ?, due_at = ? WHERE number = ?")
                .params(
                        answer.substring(0, Math.min(answer.length(), 64)),
                        taken || event.tries() + 1 >= MOST_TRIES,
                        clock.millis() + pause,
                        event.number())
                .update();
    }

    List<Delivery> deliveries(String paymentId) {
        return jdbc.sql(
                        "SELECT id, kind, amount_minor, tries, answer, done FROM event WHERE payment_id = ? ORDER BY number")
                .param(paymentId)
                .query(Delivery.class)
                .list();
    }
}
