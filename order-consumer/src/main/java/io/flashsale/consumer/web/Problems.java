package io.flashsale.consumer.web;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** Refusals as RFC 9457 has them, with the {@code code} that programs go by. */
public final class Problems {

    public static ResponseEntity<ProblemDetail> problem(HttpStatus status, String code, String text) {
        return problem(status, code, text, Map.of());
    }

    /** @param more further members */
    public static ResponseEntity<ProblemDetail> problem(
            HttpStatus status, String code, String text, Map<String, ?> more) {
        ProblemDetail detail = ProblemDetail.forStatusAndDetail(status, text);
        detail.setProperty("code", code);
        more.forEach(detail::setProperty);
        return ResponseEntity.status(status).body(detail);
    }

    private Problems() {}
}
