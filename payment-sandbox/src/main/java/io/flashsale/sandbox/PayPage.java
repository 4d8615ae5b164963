package io.flashsale.sandbox;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * The page on which a shopper pays, {@code /pay/{ref}}: who knows the ref may pay, as on any provider's page. Under "rehearse" it is told how
 * to misbehave: say it twice, late, with another amount, or after a failure.
 */
@Controller
class PayPage {

    private static final int MOST_COPIES = 10;
    private static final int MOST_SECONDS = 86_400;

    private final Books books;
    private final SandboxSettings settings;

    PayPage(Books books, SandboxSettings settings) {
        this.books = books;
        this.settings = settings;
    }

    @GetMapping("/pay/{ref}")
    String show(@PathVariable String ref, Model model) {
        var payment = find(ref);
        model.addAttribute("payment", payment);
        model.addAttribute(
                "amount", BigDecimal.valueOf(payment.amountMinor(), 2).toPlainString());
        model.addAttribute("shop", settings.shopUrl());
        model.addAttribute("events", books.deliveries(payment.id()));
        return "pay";
    }

    @PostMapping("/pay/{ref}")
    String decide(
            @PathVariable String ref,
            @RequestParam String decision,
            @RequestParam(defaultValue = "1") int copies,
            @RequestParam(defaultValue = "0") int delaySeconds,
            @RequestParam(required = false) @Nullable Long amountMinor,
            @RequestParam(defaultValue = "false") boolean failedFirst) {
        var payment = find(ref);
        boolean paid = decision.equals("pay");
        if (!paid && !decision.equals("decline")
                || copies < 1
                || copies > MOST_COPIES
                || delaySeconds < 0
                || delaySeconds > MOST_SECONDS
                || amountMinor != null && amountMinor < 0) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        books.decide(
                payment,
                paid,
                amountMinor == null ? payment.amountMinor() : amountMinor,
                copies,
                Duration.ofSeconds(delaySeconds),
                failedFirst);
        return "redirect:/pay/" + payment.ref();
    }

    private Books.Payment find(String ref) {
        var payment = ref.length() <= 64 ? books.byRef(ref) : null;
        if (payment == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return payment;
    }
}
