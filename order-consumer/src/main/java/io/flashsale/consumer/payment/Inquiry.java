package io.flashsale.consumer.payment;

import io.flashsale.consumer.payment.PaymentGateway.Event;
import io.flashsale.consumer.payment.PaymentGateway.Found;
import io.flashsale.consumer.payment.PaymentGateway.Kind;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Asks the provider where its events have not come: of payments a minute after they were opened, of refunds a minute after it took the
 * order to, and more and more rarely after that. What it says goes the way of an event, under an id that is the same each time.
 */
@Component
class Inquiry {

    private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);
    private static final int MOST = 50;
    private static final int FIRST_SECONDS = 60;

    private final Gateways gateways;
    private final Payments payments;
    private final PaymentMapper paymentRows;
    private final RefundMapper refundRows;
    private final Transactions transactions;
    private final Clock clock;

    Inquiry(
            Gateways gateways,
            Payments payments,
            PaymentMapper paymentRows,
            RefundMapper refundRows,
            Transactions transactions,
            Clock clock) {
        this.gateways = gateways;
        this.payments = payments;
        this.paymentRows = paymentRows;
        this.refundRows = refundRows;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 2_000, initialDelay = 2_000)
    void everyTwoSeconds() {
        try {
            ask();
        } catch (RuntimeException e) {
            LOG.warn("providers are not asked at present: {}", e.toString());
        }
    }

    /** @return of how many something new was learnt */
    int ask() {
        int news = 0;
        String now = Utc.text(clock.instant());
        for (Payment payment : transactions.once(() -> paymentRows.silent(now, MOST))) {
            transactions.retrying(() -> paymentRows.looked(payment.id(), now));
            Found found = look(payment);
            Kind kind = found == null ? null : found.kind();
            if (found != null && kind != null) {
                news += hear(payment, kind, null, found.amountMinor(), found.currency());
            }
        }
        for (Refund refund : transactions.once(() -> refundRows.due(Refund.State.SENT, now, MOST))) {
            transactions.retrying(() -> refundRows.later(refund.id(), FIRST_SECONDS, now));
            Payment payment = Objects.requireNonNull(transactions.once(() -> paymentRows.find(refund.paymentId())));
            Found found = look(payment);
            if (found != null) {
                for (Found.Done done : found.refunds()) {
                    if (done.refundId().equals(refund.id())) {
                        news += hear(payment, Kind.REFUNDED, refund.id(), done.amountMinor(), found.currency());
                    }
                }
            }
        }
        return news;
    }

    private @Nullable Found look(Payment payment) {
        PaymentGateway gateway = gateways.find(payment.provider());
        try {
            return gateway == null ? null : gateway.look(payment.id());
        } catch (IOException away) {
            LOG.warn("{} says nothing of {}, again later: {}", payment.provider(), payment.id(), away.toString());
            return null;
        }
    }

    private int hear(Payment payment, Kind kind, @Nullable String refundId, long amountMinor, String currency) {
        String id = "look-" + (refundId == null ? payment.id() : refundId) + "-" + kind;
        var outcome = payments.hear(
                payment.provider(), new Event(id, kind, payment.id(), null, refundId, amountMinor, currency));
        LOG.info(
                "{} was asked and says {} of {}: {}",
                payment.provider(),
                kind,
                payment.id(),
                outcome.orElse("UNKNOWN"));
        return outcome.filter(said -> !said.equals("IGNORED")).isPresent() ? 1 : 0;
    }
}
