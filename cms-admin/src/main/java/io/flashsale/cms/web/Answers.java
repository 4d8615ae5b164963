package io.flashsale.cms.web;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Turns everything that is not a success into a problem with a code; a fault is logged here, once, and tells nothing outside. */
@RestControllerAdvice
class Answers extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    @ExceptionHandler
    ResponseEntity<Object> refused(Refusal refusal) {
        return answer(refusal.problem(), HttpHeaders.EMPTY);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> databaseFailed(Exception fault) {
        String trace = logged(fault);
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, "1");
        return answer(
                Problem.of(
                                503,
                                "BUSY",
                                "The database is away or broke off. Look whether the change was made, then try again.")
                        .withTraceID(trace),
                headers);
    }

    @ExceptionHandler
    ResponseEntity<Object> failed(Exception fault) {
        String trace = logged(fault);
        return answer(
                Problem.of(500, "INTERNAL", "Something failed here; the log has the trace.")
                        .withTraceID(trace),
                HttpHeaders.EMPTY);
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return answer(whatIsWrong(unreadable.getCause()), HttpHeaders.EMPTY);
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception refused, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem =
                switch (status.value()) {
                    case 404 -> Problem.of(404, "NOT_FOUND", "There is nothing here.");
                    case 405 -> Problem.of(405, "METHOD_NOT_ALLOWED", "This path does not take that method.");
                    case 406 -> Problem.of(406, "NOT_ACCEPTABLE", "Answers are application/json.");
                    case 415 -> Problem.of(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json.");
                    case 413 -> Problem.of(413, "TOO_LARGE", "The request is too large.");
                    default ->
                        status.is4xxClientError()
                                ? Problem.of(status.value(), "BAD_REQUEST", "A part of the address cannot be read.")
                                : Problem.of(500, "INTERNAL", "Something failed here; the log has the trace.")
                                        .withTraceID(logged(refused));
                };
        return answer(problem, headers);
    }

    private static Problem whatIsWrong(@Nullable Throwable cause) {
        if (!(cause instanceof JacksonException json)) {
            return Refusal.badRequest("body", cause instanceof IOException ? "broke off" : "is missing")
                    .problem();
        }
        if (json instanceof StreamConstraintsException) {
            return Problem.of(413, "TOO_LARGE", "body is too large or too deep.");
        }
        if (json instanceof UnrecognizedPropertyException unknown) {
            return Refusal.badRequest(path(json.getPath(), unknown.getPropertyName()), "is not a field that can be set")
                    .problem();
        }
        if (json instanceof StreamReadException && !(json instanceof InputCoercionException)) {
            return Refusal.badRequest("body", "is not well-formed JSON: " + json.getOriginalMessage())
                    .problem();
        }
        return Refusal.badRequest(path(json.getPath(), "body"), "has the wrong type")
                .problem();
    }

    private static String path(List<JacksonException.Reference> references, String otherwise) {
        var text = new StringBuilder();
        for (JacksonException.Reference reference : references) {
            if (reference.getPropertyName() == null) {
                text.append('[').append(reference.getIndex()).append(']');
                continue;
            }
            text.append(text.isEmpty() ? "" : ".").append(reference.getPropertyName());
        }
        return text.isEmpty() ? otherwise : text.toString();
    }

    private static String logged(Exception fault) {
        String trace = UUID.randomUUID().toString();
        log.error("request failed, trace {}", trace, fault);
        return trace;
    }

    private static ResponseEntity<Object> answer(Problem problem, HttpHeaders headers) {
        return ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
