package io.flashsale.backend.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that gets an {@code application/problem+json} answer. An expected outcome, so it carries no stack trace; thrown
 * only between a controller and {@link ProblemAdvice}.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String field;
    private final @Nullable String orderId;
    private long retryAfterSeconds;

    private Refusal(int status, String code, String detail, @Nullable String field, @Nullable String orderId) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.field = field;
        this.orderId = orderId;
    }

    public static Refusal of(int status, String code, String detail) {
        return new Refusal(status, code, detail, null, null);
    }

    public static Refusal badRequest(String field, String detail) {
        return new Refusal(400, "BAD_REQUEST", field + ": " + detail, field, null);
    }

    public static Refusal unauthenticated() {
        return of(401, "UNAUTHENTICATED", "Please log in: the session is missing, expired or not valid.");
    }

    public static Refusal tooManyTries(long retryAfterSeconds) {
        var refusal = of(429, "TOO_MANY_TRIES", "That was tried too often. Please wait before the next try.");
        refusal.retryAfterSeconds = retryAfterSeconds;
        return refusal;
    }

    public static Refusal unknownOrder() {
        return of(404, "UNKNOWN_ORDER", "There is no such order.");
    }

    public static Refusal busy(String service) {
        return of(503, "BUSY", "there is an exception in " + service + " service, please try again.");
    }

    /** The same of one order among several, which is named. */
    public Refusal about(String order) {
        return new Refusal(status, code, String.valueOf(getMessage()), field, order);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** 0: it does not say. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    @Nullable
    String field() {
        return field;
    }

    Map<String, Object> body() {
        var body = Problems.body(status, code, getMessage() == null ? "" : getMessage(), field);
        if (orderId != null) {
            body.put("orderID", orderId);
        }
        return body;
    }
}
