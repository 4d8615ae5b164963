package io.flashsale.e2e.fault;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.Cookie;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No page is ever blank, or claims what it cannot know, whichever part is away; and each goes on by itself when it is back. */
@FaultTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageFaultIT {

    private static final LocatorAssertions.HasAttributeOptions SOON =
            new LocatorAssertions.HasAttributeOptions().setTimeout(40_000);
    private static final Pattern SOMETHING = Pattern.compile("\\S");
    private static final Pattern WAITS = Pattern.compile("retrying|refused|pending|waiting-session|sending");

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"backend", "redis", "mysql"})
    @Selected
    void every_page_says_honestly_how_things_are_without(String part) {
        try (var sale = new Sale("blank", Terms.of("BLANK", 50))) {
            Buyer buyer = sale.buyer();
            String order = sale.shop().win(buyer, sale.sku(), 1, "once").id();
            Map<String, String> paths = Map.of(
                    "home", "/",
                    "item", "/item/" + sale.sku(),
                    "orders", "/cart",
                    "order", "/order/" + order,
                    "login", "/login",
                    "register", "/register",
                    "why", "/why",
                    "not-here", "/nothing");
            Page before = open(buyer, "/");
            assertThat(card(before, sale)).hasAttribute("data-phase", "live", SOON);
            new Processes(installation).kill(part);

            var opened = new HashMap<String, Page>();
            paths.forEach((name, path) -> opened.put(name, open(buyer, path)));
            for (String name : List.of("home", "item")) {
                Locator card = card(at(opened, name), sale);
                card.getByTestId("buy").click();
                assertThat(card).hasAttribute("data-state", WAITS);
                assertThat(card.getByTestId("outcome")).hasText(SOMETHING);
            }
            for (String name : List.of("orders", "order")) {
                // From the books, from Redis, or not at all, and then it is said.
                Page page = at(opened, name);
                assertThat(page.getByTestId("offline")
                                .or(page.getByTestId("order-state"))
                                .filter(new Locator.FilterOptions().setHasText(SOMETHING))
                                .first())
                        .isVisible();
                assertThat(page.getByTestId("notice")).not().hasText("You have no orders yet.");
            }
            Page login = at(opened, "login");
            login.locator("#phone").fill("13800138000");
            login.locator("#password").fill("seven purple kites");
            login.getByTestId("submit").click();
            assertThat(login.getByTestId("problem")).hasText(SOMETHING);
            assertThat(login.getByTestId("problem")).not().hasText("Phone and password do not go together.");
            Page register = at(opened, "register");
            register.locator("#phone").fill("13800138000");
            register.getByTestId("send").click();
            assertThat(register.getByTestId("problem")
                            .or(register.getByTestId("sent"))
                            .filter(new Locator.FilterOptions().setHasText(SOMETHING))
                            .first())
                    .isVisible();
            opened.forEach((name, page) -> {
                assertThat(page.locator("h1")).hasText(SOMETHING);
                assertThat(page.locator("main").innerText().strip().length())
                        .as(name)
                        .isGreaterThan(20);
                assertThat(page.locator("body").innerText()).doesNotContain("undefined", "NaN", "null", "{");
                Chromium.shoot(page, name + "-without-" + part);
            });
            // What was open before is as honest as what is opened now.
            Locator again = card(before, sale);
            again.getByTestId("buy").click();
            assertThat(again).hasAttribute("data-state", WAITS);

            sale.operator().repair();
            assertThat(card(at(opened, "home"), sale).getByTestId("buy"))
                    .isEnabled(new LocatorAssertions.IsEnabledOptions().setTimeout(40_000));
            // Three pages, three wishes: each is pressed until it is an order, and is one order.
            for (Locator card : List.of(again, card(at(opened, "home"), sale), card(at(opened, "item"), sale))) {
                Awaitility.await("an order").atMost(Duration.ofSeconds(60)).until(() -> {
                    if ("refused".equals(card.getAttribute("data-state"))) {
                        card.getByTestId("buy").click();
                    }
                    return "placed".equals(card.getAttribute("data-state"));
                });
            }
            assertThat(sale.stores().orders(sale.sku())).hasSize(4);
            assertThat(at(opened, "order").getByTestId("order")).hasAttribute("data-state", "placed", SOON);
            opened.values().forEach(page -> page.context().close());
            before.context().close();
        }
    }

    private Page open(Buyer buyer, String path) {
        var shop = installation.url("EDGE", "/");
        return chromium.open(
                360,
                740,
                "en-GB",
                shop.resolve(path),
                context -> context.addCookies(List.of(new Cookie("session", buyer.session()).setUrl(shop.toString()))));
    }

    private static Page at(Map<String, Page> pages, String name) {
        return Objects.requireNonNull(pages.get(name), name);
    }

    private static Locator card(Page page, Sale sale) {
        return page.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
    }
}
