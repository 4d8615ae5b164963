package io.flashsale.cms.settlement;

import io.flashsale.cms.web.Amounts;
import io.flashsale.cms.web.Page;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.ContentDisposition;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** {@code /promos/{id}/settlement} and {@code …/settlement/orders}: what {@link SettlementController} tells programs, for people and their spreadsheets. */
@Page
class SettlementPages {

    private final Settlements settlements;

    SettlementPages(Settlements settlements) {
        this.settlements = settlements;
    }

    @GetMapping("/promos/{id}/settlement")
    String report(@PathVariable("id") long id, Model model, HttpServletResponse response) {
        model.addAttribute("settlement", settlements.of(id));
        model.addAttribute("amounts", new Amounts());
        response.setHeader("Content-Security-Policy", SettlementController.PAGE_POLICY);
        return "settlement";
    }

    @GetMapping("/promos/{id}/settlement/orders")
    void orders(@PathVariable("id") long id, HttpServletResponse response) throws IOException {
        settlements.requirePromo(id);
        response.setContentType("text/csv;charset=utf-8");
        response.setHeader(
                "Content-Disposition",
                ContentDisposition.attachment()
                        .filename("promo-" + id + "-orders.csv")
                        .build()
                        .toString());
        settlements.writeOrdersForSpreadsheet(id, response.getOutputStream());
    }
}
