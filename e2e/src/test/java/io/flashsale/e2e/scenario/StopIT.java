package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator stops in the middle of a crowd is stopped at every worker of the edge: the crowd's connections are spread over all. */
class StopIT {

    private static final String NAME = "Teapot, tin";

    /** From when it is written. Twice what is promised: the crowd, the browser and all parts share this machine. */
    private static final Duration BOUND = Duration.ofSeconds(2);

    @ParameterizedTest
    @CsvSource({"PAUSE, PAUSED", "END, ENDED"})
    void nobody_buys_once_an_operator_has_pressed_the_button(String act, String code) {
        try (var chromium = new Chromium();
                var sale = new Sale(
                        "stop-" + code, Terms.of("STOP", 3_000).limit(1).named(NAME))) {
            List<Basket> baskets = sale.buyers(3_000, 1).stream()
                    .map(buyer -> new Basket(buyer, sale.sku(), 1, "once"))
                    .toList();
            Page page = new Staff(sale.installation()).page(chromium, 1280, 900, "en-GB", "operator");
            page.navigate(sale.installation()
                    .url("CMS", "/promos/" + sale.stores().promoOf(sale.sku()))
                    .toString());
            Locator button = filledIn(page, act);
            var crowd = new Crowd(sale.shop(), 64, Duration.ofSeconds(30), Duration.ofMillis(3), (basket, told) -> {});
            var answers = crowd.start(baskets);
            Awaitility.await("the crowd is there")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> crowd.done() >= 500);
            Instant pressed = Instant.now();
            button.click();
            answers.join();

            Instant written = written(sale);
            List<Attempt> attempts = sale.history().attempts();
            Instant lastBuyer = attempts.stream()
                    .filter(each -> each.kind() != Attempt.Kind.FAIL)
                    .map(Attempt::invokedAt)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            System.out.printf(
                    "%s: written %d ms after the click, the last who bought came %d ms after that%n",
                    act,
                    Duration.between(pressed, written).toMillis(),
                    Duration.between(written, lastBuyer).toMillis());
            assertThat(written).isBefore(pressed.plusSeconds(5));
            assertThat(lastBuyer).isBefore(written.plus(BOUND));
            assertThat(attempts.stream().filter(each -> each.invokedAt().isAfter(written.plus(BOUND))))
                    .hasSizeGreaterThan(200)
                    .extracting(Attempt::code)
                    .containsOnly(code);
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    /** When MySQL had it. */
    private static Instant written(Sale sale) {
        return sale.stores()
                .query(
                        "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', e.created_at) DIV 1000 FROM redis_effect e"
                                + " JOIN promo_item i ON i.id = e.promo_item_id WHERE i.sku = ? AND e.kind = 'STATE'",
                        row -> Instant.ofEpochMilli(row.getLong(1)),
                        sale.sku())
                .get(0);
    }

    /** @return what remains to be pressed */
    private static Locator filledIn(Page page, String act) {
        Locator form = page.locator("[data-testid=act][data-act=" + act + "]");
        form.locator("summary").click();
        form.locator("[name=why]").fill("the price is wrong");
        if (act.equals("END")) {
            form.locator("[name=confirm]").fill(NAME);
        }
        return form.locator("form button");
    }
}
