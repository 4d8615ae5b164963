package io.flashsale.cms.settlement;

import io.flashsale.cms.web.Amounts;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * {@code GET /api/admin/promos/{id}/settlement}: the report as JSON, or as a page to print with {@code Accept: text/html}; 409
 * NOT_SETTLED says what is open. {@code …/settlement/orders}: each order as CSV, whose hash the report has.
 */
@Controller
class SettlementController {

    /** The page is one file, style and all, so that it can be kept; nothing else is loaded and nothing runs. */
    static final String PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private final Settlements settlements;

    SettlementController(Settlements settlements) {
        this.settlements = settlements;
    }

    @GetMapping(path = "/api/admin/promos/{id}/settlement", produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseBody
    Settlement report(@PathVariable("id") long id) {
        return settlements.of(id);
    }

    @GetMapping(path = "/api/admin/promos/{id}/settlement", produces = MediaType.TEXT_HTML_VALUE)
    String page(@PathVariable("id") long id, Model model, HttpServletResponse response) {
        model.addAttribute("settlement", settlements.of(id));
        model.addAttribute("amounts", new Amounts());
        response.setHeader("Content-Security-Policy", PAGE_POLICY);
        return "settlement";
    }

    @GetMapping(path = "/api/admin/promos/{id}/settlement/orders", produces = "text/csv")
    void orders(@PathVariable("id") long id, HttpServletResponse response) throws IOException {
        settlements.requirePromo(id);
        response.setContentType("text/csv;charset=utf-8");
        settlements.writeOrders(id, response.getOutputStream());
    }
}
