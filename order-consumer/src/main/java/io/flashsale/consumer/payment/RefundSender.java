package io.flashsale.consumer.payment;

import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Tells the providers what to give back. A refund has an id of its own, so telling twice, by two consumers or after a lost answer, is
 * telling once; its end is said by an event.
 */
@Component
class RefundSender {

    private static final Logger LOG = LoggerFactory.getLogger(RefundSender.class);
    private static final int MOST = 50;

    private final Gateways gateways;
    private final PaymentMapper payments;
    private final RefundMapper refunds;
    private final Transactions transactions;
    private final Clock clock;

    RefundSender(
            Gateways gateways, PaymentMapper payments, RefundMapper refunds, Transactions transactions, Clock clock) {
        this.gateways = gateways;
        this.payments = payments;
        this.refunds = refunds;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1_000, initialDelay = 1_000)
    void everySecond() {
        try {
            send();
        } catch (RuntimeException e) {
            LOG.warn("refunds are not sent at present: {}", e.toString());
        }
    }

    /** @return how many were sent */
    int send() {
        List<Refund> due = transactions.once(() -> refunds.due(Refund.State.DUE, Utc.text(clock.instant()), MOST));
        int sent = 0;
        for (Refund refund : due) {
            Payment payment = Objects.requireNonNull(transactions.once(() -> payments.find(refund.paymentId())));
            PaymentGateway gateway = gateways.find(payment.provider());
            try {
                if (gateway == null) {
                    throw new IOException("it is not configured any more");
                }
                gateway.refund(refund.id(), payment.id(), refund.amountMinor(), refund.currency());
            } catch (IOException away) {
                LOG.atWarn()
                        .addKeyValue("order.id", refund.orderId())
                        .log(
                                "{} did not take refund {}, again later: {}",
                                payment.provider(),
                                refund.id(),
                                away.toString());
                transactions.retrying(() -> refunds.later(refund.id(), 1, Utc.text(clock.instant())));
                continue;
            }
            transactions.retrying(() -> refunds.sent(refund.id(), Utc.text(clock.instant())));
            sent++;
        }
        return sent;
    }
}
