package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The page in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StorefrontIT {

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void a_visitor_buys_and_follows_the_order_until_it_waits_for_payment_in_mysql() {
        try (var sale = new Sale("page", Terms.of("PAGE", 5).limit(1))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertPlaced(card);
            String shown = card.getByTestId("order-id").textContent().strip();
            Chromium.shoot(page, "bought");

            Dump.Order order = sale.stores().order(sale.sku(), shown).orElseThrow();
            assertThat(order.state()).isEqualTo("PENDING_PAYMENT");
            assertThat(order.quantity()).isEqualTo(1);
            assertThat(order.userId()).startsWith("demo-");
            assertThat(order.priceMinor()).isEqualTo(1999);
            assertThat(chromium.complaints())
                    .as("what the browser's console said")
                    .isEmpty();
            page.context().close();
        }
    }

    @Test
    void a_visitor_pays_on_the_providers_page_and_comes_back_to_a_paid_order() {
        try (var sale = new Sale("pay", Terms.of("PAY", 5).limit(1))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertPlaced(card);
            String id = card.getByTestId("order-id").textContent().strip();

            card.getByTestId("pay").click();
            page.waitForURL("**/pay/**");
            assertThat(page.getByRole(AriaRole.HEADING)).hasText("CNY 19.99");
            Chromium.shoot(page, "pay");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pay"))
                    .click();
            assertThat(page.getByText("Paid.")).isVisible();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> sale.stores()
                    .order(sale.sku(), id)
                    .orElseThrow()
                    .state()
                    .equals("PAID"));
            page.reload();
            Chromium.shoot(page, "paid");

            page.getByText("Back to the shop").click();
            assertThat(card(page, sale.sku())).hasAttribute("data-state", "paid", patiently());
            Chromium.shoot(page, "paid-shop");
            assertThat(chromium.complaints())
                    .as("what the browser's console said")
                    .isEmpty();
            page.context().close();
        }
    }

    @Test
    void pressing_twice_and_reloading_is_one_order() {
        try (var sale = new Sale("twice", Terms.of("TWICE", 5).limit(3))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").evaluate("button => { button.click(); button.click(); button.click(); }");
            assertPlaced(card);
            String first = card.getByTestId("order-id").textContent().strip();
            page.reload();
            assertPlaced(card(page, sale.sku()));
            assertThat(card(page, sale.sku())
                            .getByTestId("order-id")
                            .textContent()
                            .strip())
                    .isEqualTo(first);
            assertThat(sale.stores().orders(sale.sku())).singleElement().satisfies(o -> assertThat(o.id())
                    .isEqualTo(first));
            page.context().close();
        }
    }

    /** The network is lost at the worst moment: after the units are taken and before the answer. */
    @Test
    void a_wish_whose_answer_was_lost_is_open_whatever_is_heard_after_it_and_keeps_its_key() {
        try (var sale = new Sale("lost", Terms.of("LOST", 5).limit(3))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            var taken = new AtomicInteger();
            page.route("**/buy", route -> {
                if (taken.get() > 0) {
                    taken.incrementAndGet();
                    route.fulfill(new Route.FulfillOptions()
                            .setStatus(503)
                            .setContentType("application/json")
                            .setBody("{\"code\":\"BUSY\",\"repResult\":false}"));
                    return;
                }
                APIResponse answer = route.fetch();
                if (answer.text().contains("\"orderID\":\"")) {
                    taken.incrementAndGet();
                    route.abort();
                } else {
                    route.fulfill(new Route.FulfillOptions().setResponse(answer));
                }
            });
            card.getByTestId("buy").click();
            assertThat(card.getByTestId("outcome"))
                    .hasText(
                            "No answer arrived. Press again: it cannot count twice.",
                            new LocatorAssertions.HasTextOptions().setTimeout(60_000));
            assertThat(taken.get()).as("tries").isGreaterThan(3);
            Chromium.shoot(page, "unknown");

            // Eleven minutes later nobody presses by himself, and the key is still there.
            page.evaluate("for (const key of Object.keys(localStorage)) if (key.startsWith('flashsale.intent.')) {"
                    + " const intent = JSON.parse(localStorage[key]); intent.at -= 660000; intent.sentAt -= 660000;"
                    + " localStorage[key] = JSON.stringify(intent); }");
            page.unroute("**/buy");
            page.reload();
            assertThat(card).hasAttribute("data-state", "idle");
            assertThat(card.getByTestId("buy")).isEnabled();
            card.getByTestId("buy").click();
            assertPlaced(card);
            assertThat(sale.stores().orders(sale.sku())).hasSize(1);
            page.context().close();
        }
    }

    @Test
    void a_hold_that_runs_out_is_said_and_the_shopper_buys_again() {
        try (var sale = new Sale("runsout", Terms.of("RUNSOUT", 1).limit(1).hold(Duration.ofSeconds(15)))) {
            Page page = open(360, 740);
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertPlaced(card);
            String first = card.getByTestId("order-id").textContent().strip();
            assertThat(card.getByTestId("pay")).isVisible();

            assertThat(card)
                    .hasAttribute(
                            "data-state", "expired", new LocatorAssertions.HasAttributeOptions().setTimeout(40_000));
            assertThat(card.getByTestId("outcome"))
                    .hasText("The time to pay ran out, and your unit went back on sale.");
            assertThat(card.getByTestId("pay")).isHidden();
            Chromium.shoot(page, "expired-en-360");

            // it rests for two seconds before anybody may have it
            Awaitility.await("the unit is back").atMost(Duration.ofSeconds(20)).until(() -> sale.stores()
                    .settled(sale.sku()));
            assertThat(card).hasAttribute("data-phase", "live", patiently());
            card.getByTestId("buy").click();
            assertPlaced(card);
            assertThat(sale.stores().orders(sale.sku()))
                    .extracting(Dump.Order::state)
                    .containsExactlyInAnyOrder("EXPIRED", "PENDING_PAYMENT");
            assertThat(card.getByTestId("order-id")).not().hasText(first);
            page.context().close();
        }
    }

    /** A tab that was opened before it: what it shows, it sells. */
    @Test
    void a_page_from_before_a_new_publish_shows_the_new_sale_and_sells_at_its_price() {
        Terms before = Terms.of("ANEW", 5).limit(1);
        try (var sale = new Sale("anew", before)) {
            Page page = chromium.open(360, 740, "en-GB", installation.url("EDGE", "/item/" + sale.sku()));
            Locator card = card(page, sale.sku());
            assertThat(card.getByTestId("price")).hasText("¥19.99");
            sale.operator().change(sale.sku(), "end");
            assertThat(card).hasAttribute("data-phase", "over", patiently());
            assertThat(card.getByTestId("buy")).isHidden();

            sale.operator().publish(before.named("Anew").price(1499));
            assertThat(card.getByTestId("price"))
                    .hasText("¥14.99", new LocatorAssertions.HasTextOptions().setTimeout(Chromium.PATIENCE_MS));
            assertThat(card.getByTestId("item-name")).hasText("Anew");
            card.getByTestId("buy").click();
            assertPlaced(card);
            assertThat(card.getByTestId("pay")).hasText("Pay ¥14.99");
            String order = card.getByTestId("order-id").textContent().strip();
            page.navigate(installation.url("EDGE", "/order/" + order).toString());
            assertThat(page.getByTestId("units")).hasText("1 × ¥14.99");
            page.context().close();
        }
    }

    @Test
    void on_a_phone_nothing_is_cut_off_and_the_button_is_large_enough() {
        try (var sale = new Sale("phone", Terms.of("PHONE", 5).limit(1))) {
            Page page = open(360, 740);
            Locator card = card(page, sale.sku());
            int widest = (Integer) page.evaluate("document.documentElement.scrollWidth");
            assertThat(widest).as("no sideways scrolling at 360 px").isLessThanOrEqualTo(360);
            var box = card.getByTestId("buy").boundingBox();
            assertThat(box.height).isGreaterThanOrEqualTo(44);
            assertThat(box.x).isGreaterThanOrEqualTo(0);
            assertThat(box.x + box.width).isLessThanOrEqualTo(360);
            card.getByTestId("buy").click();
            assertPlaced(card);
            Chromium.shoot(page, "phone");
            page.context().close();
        }
    }

    @Test
    void a_sale_that_is_sold_out_says_so_without_a_reload() {
        try (var sale = new Sale("soldout", Terms.of("SOLDOUT", 1).limit(1))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            assertThat(card.getByTestId("buy")).isEnabled();
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "k");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> "reserved".equals(card.getAttribute("data-phase"))
                            || "sold".equals(card.getAttribute("data-phase")));
            Chromium.shoot(page, "sold-out");
            page.context().close();
        }
    }

    private Page open(int width, int height) {
        return chromium.open(width, height, "en-GB", installation.url("EDGE", "/"));
    }

    private static Locator card(Page page, String sku) {
        return page.locator("[data-testid=item][data-sku='" + sku + "']");
    }

    private static void assertPlaced(Locator card) {
        assertThat(card).hasAttribute("data-state", "placed", patiently());
    }

    private static LocatorAssertions.HasAttributeOptions patiently() {
        return new LocatorAssertions.HasAttributeOptions().setTimeout(Chromium.PATIENCE_MS);
    }
}
