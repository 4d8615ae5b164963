package io.flashsale.cms.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.ModelAndView;

/** What fails outside the controllers leaves in the same shape. */
@RestController
public class LastResort implements ErrorController {

    /** The attribute of a request in which who ends it says with which code. */
    public static final String CODE = LastResort.class.getName() + ".code";

    @RequestMapping("/error")
    ResponseEntity<Problem> error(HttpServletRequest request) {
        Problem problem = problem(request);
        return ResponseEntity.status(problem.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    /** To a browser, as a page. */
    @RequestMapping(path = "/error", produces = MediaType.TEXT_HTML_VALUE)
    ModelAndView page(HttpServletRequest request, HttpServletResponse response) {
        Problem problem = problem(request);
        response.setStatus(problem.status());
        return new ModelAndView("problem", "problem", problem);
    }

    private static Problem problem(HttpServletRequest request) {
        Object told = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = told instanceof Integer code ? HttpStatus.resolve(code) : HttpStatus.NOT_FOUND;
        if (status == null) {
            status = HttpStatus.INTERNAL_SERVER_ERROR;
        }
        String code = status.is4xxClientError() ? status.name() : "INTERNAL";
        if (request.getAttribute(CODE) instanceof String known) {
            code = known;
        }
        return Problem.of(status.value(), code, status.getReasonPhrase() + ".");
    }
}
