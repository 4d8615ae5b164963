package io.flashsale.consumer.payment;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payment provider. Every call may be repeated: the provider knows our payment by its id and a refund by its own. What came of a payment
 * is said by its events, which may come twice, late, in any order or not at all, or by looking it up; the answers to other calls decide
 * nothing, and one without an answer is unknown, and repeated. No call takes longer than {@link #PATIENCE}.
 */
public interface PaymentGateway {

    Duration PATIENCE = Duration.ofMillis(1_500);

    /** As in {@code payment.provider} and in the path of its events. */
    String name();

    /**
     * Opens a payment, or finds the one of this id.
     *
     * @throws IOException if the provider did not answer, or answered something else
     */
    Opened open(String paymentId, long amountMinor, String currency, String description) throws IOException;

    /** Gives back what was paid, once. @throws IOException as above */
    void refund(String refundId, String paymentId, long amountMinor, String currency) throws IOException;

    /**
     * What the provider's books say of a payment.
     *
     * @return null if it knows no such payment
     * @throws IOException as above
     */
    @Nullable
    Found look(String paymentId) throws IOException;

    /**
     * Reads an event that was delivered to us.
     *
     * @param headers by lower-case name
     * @throws Forged if it is not the provider's, or too old to tell it from a copy
     */
    Event read(Map<String, String> headers, byte[] body) throws Forged;

    /**
     * A payment in the provider's books.
     *
     * @param kind SUCCEEDED or FAILED; null while its buyer has not decided
     * @param amountMinor what was taken
     */
    record Found(@Nullable Kind kind, long amountMinor, String currency, List<Done> refunds) {
        /** A refund that is done. */
        public record Done(String refundId, long amountMinor) {}
    }

    /** @param ref the provider's own id */
    record Opened(String ref, String payUrl) {}

    enum Kind {
        SUCCEEDED,
        FAILED,
        REFUNDED
    }

    /**
     * @param id the same for each delivery of it
     * @param refundId ours, of a REFUNDED
     */
    record Event(
            String id,
            Kind kind,
            String paymentId,
            @Nullable String ref,
            @Nullable String refundId,
            long amountMinor,
            String currency) {}

    /** Not to be believed. The text is for our log. */
    final class Forged extends Exception {
        private static final long serialVersionUID = 1L;

        public Forged(String why) {
            super(why);
        }
    }
}
