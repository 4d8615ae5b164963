package io.flashsale.cms.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The body of a refusal, RFC 9457.
 *
 * @param code for programs, stable
 * @param field the first field at fault
 * @param errors every field at fault
 * @param traceID finds a fault in the log
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String code,
        String detail,
        @Nullable String field,
        @Nullable List<Violation> errors,
        @Nullable String traceID) {

    public static Problem of(int status, String code, String detail) {
        return new Problem(
                "about:blank", HttpStatus.valueOf(status).getReasonPhrase(), status, code, detail, null, null, null);
    }

    Problem withField(String name) {
        return new Problem(type, title, status, code, detail, name, errors, traceID);
    }

    Problem withErrors(List<Violation> violations) {
        return new Problem(
                type, title, status, code, detail, violations.get(0).field(), List.copyOf(violations), traceID);
    }

    Problem withTraceID(String id) {
        return new Problem(type, title, status, code, detail, field, errors, id);
    }
}
