package io.flashsale.cms.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expected no: carried out of a transaction, which it rolls back, to the caller. Without a stack trace, since it is an
 * answer and not a fault.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public Refusal(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** 400: what was sent cannot be right. The first violation leads. */
    public static Refusal badRequest(List<Violation> violations) {
        return new Refusal(
                Problem.of(400, "BAD_REQUEST", violations.get(0).sentence()).withErrors(violations));
    }

    public static Refusal badRequest(@Nullable String field, String problem) {
        return badRequest(List.of(new Violation(field == null ? "body" : field, problem)));
    }

    /** 400 with a code of its own, for what pages say in several languages. */
    public static Refusal invalid(String code, String field, String detail) {
        return new Refusal(Problem.of(400, code, detail).withField(field));
    }

    /** 404. */
    public static Refusal unknown(String code, String detail) {
        return new Refusal(Problem.of(404, code, detail));
    }

    /** 409: right in itself, but not as things stand. */
    public static Refusal conflict(String code, @Nullable String field, String detail) {
        var problem = Problem.of(409, code, detail);
        return new Refusal(field == null ? problem : problem.withField(field));
    }

    /** 503: nothing was done, and soon it may be. */
    public static Refusal busy(String code, String detail) {
        return new Refusal(Problem.of(503, code, detail + " Please try again."));
    }

    public Problem problem() {
        return problem;
    }
}
