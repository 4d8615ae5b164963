package io.flashsale.backend.web;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a problem (RFC 9457) with the code that all answers of the system have. */
final class Problems {

    private Problems() {}

    static Map<String, Object> body(int status, String code, String detail, @Nullable String field) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("title", code);
        body.put("status", status);
        body.put("detail", detail);
        body.put("code", code);
        if (field != null) {
            body.put("field", field);
        }
        return body;
    }

    static String codeOf(int status) {
        return switch (status) {
            case 400, 406, 415 -> "BAD_REQUEST";
            case 401 -> "UNAUTHENTICATED";
            case 404 -> "NOT_FOUND";
            case 405 -> "METHOD_NOT_ALLOWED";
            case 413 -> "TOO_LARGE";
            default -> status < 500 ? "BAD_REQUEST" : "BUSY";
        };
    }

    /** What a caller is told: never the text of an exception, which may hold SQL or paths. */
    static String detailOf(int status) {
        return switch (status) {
            case 404 -> "There is nothing here.";
            case 405 -> "This method is not allowed here.";
            case 413 -> "The request is too large.";
            case 415 -> "The content type must be application/json.";
            default ->
                status < 500
                        ? "The request cannot be understood."
                        : "there is an exception in backend service, please try again.";
        };
    }
}
