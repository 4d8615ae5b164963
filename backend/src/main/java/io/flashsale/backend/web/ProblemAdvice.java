package io.flashsale.backend.web;

import io.lettuce.core.RedisException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mybatis.spring.MyBatisSystemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** The one boundary where faults of requests are logged and turned into problems, without stack trace or SQL text. */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler(Refusal.class)
    ResponseEntity<Map<String, Object>> refused(Refusal refusal) {
        if (refusal.retryAfterSeconds() > 0) {
            return ResponseEntity.status(refusal.status())
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .header(HttpHeaders.RETRY_AFTER, Long.toString(refusal.retryAfterSeconds()))
                    .body(refusal.body());
        }
        return problem(refusal.status(), refusal.body());
    }

    @ExceptionHandler({DataAccessException.class, MyBatisSystemException.class})
    ResponseEntity<Map<String, Object>> database(RuntimeException fault, HttpServletRequest request) {
        // Not a line per request at WARN: the loops say when a store goes away and when it is back.
        LOG.debug("{} {}: the database failed: {}", request.getMethod(), request.getServletPath(), rootOf(fault));
        return problem(503, Refusal.busy("order").body());
    }

    @ExceptionHandler(RedisException.class)
    ResponseEntity<Map<String, Object>> redis(RedisException fault, HttpServletRequest request) {
        LOG.debug("{} {}: Redis failed: {}", request.getMethod(), request.getServletPath(), rootOf(fault));
        return problem(503, Refusal.busy("stock").body());
    }

    @ExceptionHandler(Exception.class)
    ResponseEntity<Map<String, Object>> other(
            Exception fault, HttpServletRequest request, HttpServletResponse response) {
        LOG.error("{} {} failed", request.getMethod(), request.getServletPath(), fault);
        return problem(500, Problems.body(500, "BUSY", Problems.detailOf(500), null));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception fault, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        int code = status.value();
        return ResponseEntity.status(code)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Problems.body(code, Problems.codeOf(code), Problems.detailOf(code), null));
    }

    private static ResponseEntity<Map<String, Object>> problem(int status, Map<String, Object> body) {
        var response = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == 503) {
            response.header(HttpHeaders.RETRY_AFTER, "1");
        }
        return response.body(body);
    }

    private static String rootOf(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }
}
