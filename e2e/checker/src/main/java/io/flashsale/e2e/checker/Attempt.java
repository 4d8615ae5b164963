package io.flashsale.e2e.checker;

import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One {@code POST /buy} as its client knows it: what was asked and what came of it. */
public record Attempt(
        long number,
        String userId,
        int level,
        String sku,
        int quantity,
        @Nullable String requestId,
        Instant invokedAt,
        Outcome outcome) {

    /** How an attempt ended, from the client's side. */
    public sealed interface Outcome {
        /**
         * A whole answer arrived; {@code code} is null where the body named none.
         *
         * @param message what a refusal said to its buyer; it decides nothing, and tells a reader which part was away
         */
        record Answered(
                Instant at, int status, @Nullable String code, @Nullable String orderId, @Nullable String message)
                implements Outcome {

            /** Of a client that keeps no messages. */
            public Answered(Instant at, int status, @Nullable String code, @Nullable String orderId) {
                this(at, status, code, orderId, null);
            }
        }

        /** The connection broke or the client gave up: the order may or may not exist. */
        record Lost(Instant at, String why) implements Outcome {}

        /** The client itself ended before it learnt anything. */
        record InFlight() implements Outcome {}
    }

    /** The three answers that matter to the invariants. */
    public enum Kind {
        OK,
        FAIL,
        UNKNOWN
    }

    public Kind kind() {
        String code = code();
        if (code == null || code.equals("PENDING")) {
            return Kind.UNKNOWN;
        }
        return code.equals("RESERVED") ? Kind.OK : Kind.FAIL;
    }

    public @Nullable String code() {
        return outcome instanceof Outcome.Answered answered ? answered.code() : null;
    }

    public @Nullable String orderId() {
        return outcome instanceof Outcome.Answered answered ? answered.orderId() : null;
    }

    /** When the client knew; null if it never did. */
    public @Nullable Instant completedAt() {
        if (outcome instanceof Outcome.Answered answered) {
            return answered.at();
        }
        return outcome instanceof Outcome.Lost lost ? lost.at() : null;
    }

    @Override
    public String toString() {
        return "attempt %d of %s for %d of %s, key %s, %s to %s: %s"
                .formatted(
                        number,
                        userId,
                        quantity,
                        sku,
                        requestId,
                        invokedAt,
                        completedAt() == null ? "never" : completedAt(),
                        howItEnded());
    }

    private String howItEnded() {
        if (!(outcome instanceof Outcome.Answered answered)) {
            return outcome.getClass().getSimpleName();
        }
        String code = answered.code() == null ? "HTTP " + answered.status() : answered.code();
        return Stream.of(code, answered.orderId(), answered.message())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
    }
}
