package io.flashsale.cms.web;

import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.ModelAndView;

/** What a {@link Page} cannot show, as a page that says why. */
@ControllerAdvice(annotations = Page.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class PageAnswers {

    private static final Logger log = LoggerFactory.getLogger(PageAnswers.class);

    @ExceptionHandler
    ModelAndView refused(Refusal refusal, HttpServletResponse response) {
        return page(refusal.problem(), response);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ModelAndView databaseFailed(Exception fault, HttpServletResponse response) {
        String trace = UUID.randomUUID().toString();
        log.error("page failed, trace {}", trace, fault);
        return page(
                Problem.of(
                                503,
                                "BUSY",
                                "The database is away or broke off. Look whether the change was made, then try again.")
                        .withTraceID(trace),
                response);
    }

    /** What the page's own forms do not send. */
    @ExceptionHandler({
        ServletRequestBindingException.class,
        TypeMismatchException.class,
        MissingServletRequestPartException.class,
        MultipartException.class
    })
    ModelAndView unreadable(HttpServletResponse response) {
        return page(Problem.of(400, "BAD_REQUEST", "A part of the address or the form cannot be read."), response);
    }

    private static ModelAndView page(Problem problem, HttpServletResponse response) {
        response.setStatus(problem.status());
        return new ModelAndView("problem", "problem", problem);
    }
}
