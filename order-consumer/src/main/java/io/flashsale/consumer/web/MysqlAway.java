package io.flashsale.consumer.web;

import static io.flashsale.consumer.web.Problems.problem;

import io.flashsale.consumer.store.Fault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * What a command says that MySQL did not answer: 503 {@code BUSY}, in a line of the log and without a trace. It may have been carried
 * out all the same, and each may be asked again.
 */
@RestControllerAdvice
class MysqlAway {

    private static final Logger LOG = LoggerFactory.getLogger(MysqlAway.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(DataAccessException e) {
        return failed((RuntimeException) e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(TransactionException e) {
        return failed((RuntimeException) e);
    }

    private static ResponseEntity<ProblemDetail> failed(RuntimeException e) {
        if (Fault.of(e) != Fault.INFRASTRUCTURE) {
            throw e;
        }
        LOG.warn(
                "MySQL did not answer a command: {}",
                NestedExceptionUtils.getMostSpecificCause(e).toString());
        return problem(
                HttpStatus.SERVICE_UNAVAILABLE, "BUSY", "It is not known whether this was done, please ask again.");
    }
}
