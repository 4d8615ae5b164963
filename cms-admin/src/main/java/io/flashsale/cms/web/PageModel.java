package io.flashsale.cms.web;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every {@link Page} finds in its model. */
@ControllerAdvice(annotations = Page.class)
class PageModel {

    /** Where the page can be asked for again: after a form, where it was asked for before. */
    @ModelAttribute("here")
    String here(HttpServletRequest request) {
        String path = request.getServletPath();
        if (request.getMethod().equals("GET")) {
            return path;
        }
        int second = path.indexOf('/', 1);
        return second < 0 ? path : path.substring(0, second);
    }
}
