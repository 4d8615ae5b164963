package io.flashsale.consumer.payment;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payment provider, as the rest of Flashsale knows it. {@code PaymentGatewayContract}, among the tests, holds an adapter to every word
 * here: extend it, for the provider's own sandbox.
 *
 * <p><b>An answer is ok, or unknown.</b> Whatever a call meets that is not the answer it wants (no connection, silence, half an answer, a
 * status of 4xx or 5xx, a page of HTML) is an {@link IOException}: unknown, to be repeated. It is never said as a failure of the payment and
 * never as another exception; and it is said within {@link #PATIENCE}, all of the answer included, since a buyer waits for it.
 *
 * <p><b>Every call may be repeated,</b> by two consumers at once and after a crash. The provider knows our payment by our id, and a refund
 * by its own; a provider that has no such key of idempotency needs an adapter that looks before it acts.
 *
 * <p><b>What came of a payment is said by events,</b> which may come twice, late, in any order or not at all, or by {@link #look}. The
 * answers to {@link #open} and {@link #refund} decide nothing. What pays for several orders is one payment here, with their sum.
 */
public interface PaymentGateway {

    /** The longest that any call takes. */
    Duration PATIENCE = Duration.ofMillis(1_500);

    /** How far from our clock an event's signature may be dated, back or ahead: what is older may be somebody's copy. */
    Duration BELIEVED = Duration.ofMinutes(5);

    /** As in {@code payment.provider} and in the path of its events: 1 to 32 of {@code a-z 0-9 -}, the same for ever. */
    String name();

    /**
     * Opens a payment, or finds the one of this id: with the same ref, where the same shopper pays, once. An id that stands for another amount
     * or currency is refused, and what it stands for stays as it is.
     *
     * @param paymentId ours, 1 to 48 of {@code A-Z a-z 0-9 -}
     * @param amountMinor in the currency's minor unit, to be taken exactly
     * @param currency ISO 4217
     * @param description what the shopper reads, up to 255 characters
     * @throws IOException unknown: it may be open or not; the same call finds out
     */
    Opened open(String paymentId, long amountMinor, String currency, String description) throws IOException;

    /**
     * Gives back what was taken, all or a part of it. The same id again, with whatever amount, gives nothing more; together the refunds of a
     * payment give back no more than was taken. That it is done is said by a {@link Kind#REFUNDED} event or by {@link #look}.
     *
     * @param refundId ours, 1 to 48 of {@code A-Z a-z 0-9 -}
     * @throws IOException unknown: it may be under way or not; the same call finds out
     */
    void refund(String refundId, String paymentId, long amountMinor, String currency) throws IOException;

    /**
     * What the provider's books say of a payment now. It may run ahead of the events and must not run behind them.
     *
     * @return null if it knows no such payment, which is not the same as not knowing
     * @throws IOException unknown
     */
    @Nullable
    Found look(String paymentId) throws IOException;

    /**
     * Reads an event that was delivered to us. Touches nothing but its arguments, the key and the clock: whoever can reach the shop can call
     * this.
     *
     * @param headers by lower-case name
     * @param body as it came, byte for byte, since that is what is signed
     * @throws Forged if it is not the provider's (no signature, another key's, one byte of the body changed), is dated further from our clock
     *     than {@link #BELIEVED}, or is signed and no event
     */
    Event read(Map<String, String> headers, byte[] body) throws Forged;

    /**
     * A payment in the provider's books.
     *
     * @param kind SUCCEEDED, also when it was refunded since, or FAILED; null while its buyer has not decided
     * @param amountMinor what was taken, whatever of it went back since; 0 before
     * @param refunds those that are done, each once
     */
    record Found(@Nullable Kind kind, long amountMinor, String currency, List<Done> refunds) {
        /** A refund that is done. */
        public record Done(String refundId, long amountMinor) {}
    }

    /**
     * @param ref the provider's own id, up to 64 characters
     * @param payUrl where the shopper pays: http(s), up to 512 characters
     */
    record Opened(String ref, String payUrl) {}

    enum Kind {
        SUCCEEDED,
        FAILED,
        REFUNDED
    }

    /**
     * @param id the same for each delivery of it, and of no other event of this provider; up to 64 characters
     * @param paymentId ours
     * @param ref the provider's own id
     * @param refundId ours, of a REFUNDED; else null
     * @param amountMinor of a SUCCEEDED what was taken, of a REFUNDED what this refund gave back
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
