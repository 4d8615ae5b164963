package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an operator stops in the middle of a crowd, nobody buys any more, and every worker of the edge refuses it by itself: one that had not
 * heard would go on asking Redis. The crowd's connections are spread over all of them.
 */
class StopIT {

    private static final String NAME = "Teapot, tin";

    /** From when it is written. Twice what is promised: the crowd, the browser and all parts share this machine. */
    private static final Duration BOUND = Duration.ofSeconds(2);

    @ParameterizedTest
    @CsvSource({"PAUSE, PAUSED", "END, ENDED"})
    void nobody_buys_once_an_operator_has_pressed_the_button(String act, String code) {
        try (var chromium = new Chromium();
                var sale = new Sale(
                        "stop-" + code, Terms.of("STOP", 4_000).limit(1).named(NAME))) {
            List<Basket> baskets = sale.buyers(4_000, 1).stream()
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
            Instant written = Awaitility.await("MySQL has it")
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> written(sale), found -> !found.isEmpty())
                    .get(0);
            assertThat(written).isBefore(pressed.plusSeconds(5));
            Instant heard = written.plus(BOUND);
            // each worker tells what it counted within a second
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> Instant.now()
                    .isAfter(heard.plusSeconds(1)));
            double reservations = reservations(sale);
            answers.join();

            // Who was left in doubt asks again with the same key, and hears what became of it.
            Map<String, List<Attempt>> byBuyer =
                    sale.history().attempts().stream().collect(Collectors.groupingBy(Attempt::userId));
            Instant lastBuyer = byBuyer.values().stream()
                    .filter(own -> own.stream().anyMatch(each -> each.kind() == Attempt.Kind.OK))
                    .map(own -> own.get(0).invokedAt())
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            System.out.printf(
                    "%s: written %d ms after the click, the last who bought came %d ms after that%n",
                    act,
                    Duration.between(pressed, written).toMillis(),
                    Duration.between(written, lastBuyer).toMillis());
            assertThat(lastBuyer).isBetween(pressed.minusMillis(500), heard);
            assertThat(byBuyer.values().stream()
                            .filter(own -> own.get(0).invokedAt().isAfter(heard))
                            .flatMap(List::stream))
                    .hasSizeGreaterThan(200)
                    .extracting(Attempt::code)
                    .containsOnly(code);
            long repeated = byBuyer.values().stream()
                    .filter(own -> own.get(0).invokedAt().isBefore(heard))
                    .flatMap(own -> own.stream().skip(1))
                    .count();
            Awaitility.await("no worker has let anybody through to Redis since then")
                    .during(Duration.ofMillis(1500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> reservations(sale) <= reservations + repeated);
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    /** How often any worker has asked Redis for units. */
    private static double reservations(Sale sale) {
        String name = "flashsale_edge_reserve_seconds_count ";
        return Http.send("GET", sale.installation().url("EDGE", "/metrics"), null)
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    /** When MySQL had it; nothing while it does not. */
    private static List<Instant> written(Sale sale) {
        return sale.stores()
                .query(
                        "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', e.created_at) DIV 1000 FROM redis_effect e"
                                + " JOIN promo_item i ON i.id = e.promo_item_id WHERE i.sku = ? AND e.kind = 'STATE'",
                        row -> Instant.ofEpochMilli(row.getLong(1)),
                        sale.sku());
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
