package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The pages around a purchase in a real browser: of a promo, an item, an order, all orders, the reasons of a refusal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesIT {

    /** Of what a page needs before it can be used, all of it, uncompressed. */
    private static final int BUDGET_BYTES = 100_000;

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void from_a_promo_to_its_item_to_an_order_that_is_given_back() {
        try (var sale = new Sale("walk", Terms.of("WALK", 5).limit(1))) {
            Page page = open(360, 740, "en-GB", "/");
            card(page, sale.sku())
                    .getByTestId("item-name")
                    .getByRole(AriaRole.LINK)
                    .click();
            page.waitForURL("**/item/" + sale.sku());
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertState(card, "placed");
            assertThat(page).hasTitle(Pattern.compile(sale.sku() + " · Flashsale"));
            Chromium.shoot(page, "item-bought-en-360");
            String order = card.getByTestId("order-id").textContent().strip();
            card.getByTestId("order-id").getByRole(AriaRole.LINK).click();

            page.waitForURL("**/order/" + order);
            Locator shown = page.getByTestId("order");
            assertThat(shown.getByTestId("order-state")).hasText("Yours. The order is placed.");
            assertThat(shown.getByTestId("deadline")).hasText(Pattern.compile("29:\\d\\d"));
            assertThat(shown.getByTestId("units")).hasText("1 × ¥19.99");
            Chromium.shoot(page, "order-placed-en-360");
            shown.getByTestId("give-back").click();
            assertThat(shown.getByTestId("give-back")).hasText("Really give it back?");
            Chromium.shoot(page, "order-sure-en-360");
            shown.getByTestId("keep").click();
            assertThat(shown.getByTestId("give-back")).hasText("Give back");
            shown.getByTestId("give-back").click();
            shown.getByTestId("give-back").click();
            assertThat(shown.getByTestId("order-state")).hasText("This order was cancelled.");
            assertThat(shown.getByTestId("pay")).isHidden();
            assertThat(sale.stores().order(sale.sku(), order).orElseThrow().state())
                    .isEqualTo("CANCELLED");

            page.goBack();
            assertState(card(page, sale.sku()), "cancelled");
            assertThat(chromium.complaints()).isEmpty();
            page.context().close();
        }
    }

    @Test
    void two_orders_are_paid_together() {
        try (var sale = new Sale("together", Terms.of("PAIR-A", 5), Terms.of("PAIR-B", 5))) {
            Page page = open(768, 1024, "zh-CN", "/");
            var orders = new ArrayList<String>();
            for (String sku : sale.skus()) {
                card(page, sku).getByTestId("buy").click();
                assertState(card(page, sku), "placed");
                orders.add(card(page, sku).getByTestId("order-id").textContent().strip());
            }
            page.getByTestId("orders").click();
            page.waitForURL("**/cart");
            assertThat(page.getByTestId("order")).hasCount(2);
            assertThat(page.getByTestId("together")).isHidden();
            for (String order : orders) {
                page.locator("[data-order='" + order + "']")
                        .getByTestId("choose")
                        .check();
            }
            assertThat(page.getByTestId("chosen")).hasText("已选 2 件：¥39.98");
            Chromium.shoot(page, "orders-together-zh-768");
            page.getByTestId("pay-together").click();
            page.waitForURL("**/pay/**");
            assertThat(page.getByRole(AriaRole.HEADING)).hasText("CNY 39.98");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pay"))
                    .click();
            assertThat(page.getByText("Paid.")).isVisible();
            page.navigate(installation.url("EDGE", "/cart").toString());
            for (String order : orders) {
                assertState(page.locator("[data-order='" + order + "']"), "paid");
            }
            Chromium.shoot(page, "orders-paid-zh-768");
            assertThat(chromium.complaints()).isEmpty();
            page.context().close();
        }
    }

    @Test
    void what_becomes_of_an_order_arrives_by_an_event_and_without_events_by_asking() {
        try (var sale = new Sale("events", Terms.of("EVENTS", 5))) {
            Buyer buyer = sale.buyer();
            for (boolean events : List.of(true, false)) {
                String order = sale.shop()
                        .win(buyer, sale.sku(), 1, "events-" + events)
                        .id();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> sale.stores().order(sale.sku(), order).isPresent());
                Page page = open(360, 740, "en-GB", "/order/" + order, context -> {
                    context.clock().install();
                    context.addCookies(List.of(new Cookie("session", buyer.session())
                            .setUrl(installation.url("EDGE", "/").toString())));
                    if (!events) {
                        context.route("**/api/events", Route::abort);
                    }
                });
                Locator shown = page.getByTestId("order");
                assertState(shown, "placed");
                if (events) {
                    // From here on no timer of the page goes off: what it hears, it hears by an event.
                    page.clock().pauseAt(System.currentTimeMillis() + 3000);
                }
                assertThat(sale.shop().cancel(buyer, order).status()).isEqualTo(200);
                assertState(shown, "cancelled");
                page.context().close();
            }
        }
    }

    /** Both ways: the question does not arrive, and its answer does not. */
    @Test
    void a_connection_that_is_cut_while_an_order_is_paid_costs_nothing() {
        try (var sale = new Sale("cut", Terms.of("CUT", 5).limit(1))) {
            Buyer buyer = sale.buyer();
            String order = sale.shop().win(buyer, sale.sku(), 1, "once").id();
            Page page = open(360, 740, "en-GB", "/order/" + order, context -> be(context, buyer));
            Locator shown = page.getByTestId("order");
            assertState(shown, "placed");
            page.context().setOffline(true);
            shown.getByTestId("pay").click();
            assertThat(shown.getByTestId("order-note"))
                    .hasText("No answer arrived. Please try again; it cannot count twice.");
            assertThat(page.getByTestId("offline"))
                    .hasText(
                            "No connection. Trying again…",
                            new LocatorAssertions.HasTextOptions().setTimeout(Chromium.PATIENCE_MS));
            assertState(shown, "placed");
            Chromium.shoot(page, "order-cut-off-en-360");
            page.context().setOffline(false);
            assertThat(page.getByTestId("offline"))
                    .hasText("", new LocatorAssertions.HasTextOptions().setTimeout(Chromium.PATIENCE_MS));

            page.route("**/payment", route -> {
                route.fetch();
                route.abort();
            });
            shown.getByTestId("pay").click();
            assertThat(shown.getByTestId("order-note"))
                    .hasText("No answer arrived. Please try again; it cannot count twice.");
            page.unroute("**/payment");
            shown.getByTestId("pay").click();
            page.waitForURL("**/pay/**");
            assertThat(page.getByRole(AriaRole.HEADING)).hasText("CNY 19.99");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pay"))
                    .click();
            assertThat(page.getByText("Paid.")).isVisible();
            page.navigate(installation.url("EDGE", "/order/" + order).toString());
            assertState(page.getByTestId("order"), "paid");
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
            page.context().close();
        }
    }

    @Test
    void orders_of_others_and_of_nobody() {
        try (var sale = new Sale("others", Terms.of("OTHERS", 5))) {
            Buyer buyer = sale.buyer();
            String order = sale.shop().win(buyer, sale.sku(), 1, "once").id();
            Page page = open(360, 740, "en-GB", "/order/" + order);
            assertThat(page.getByTestId("notice")).hasText("Please log in to see your orders.");
            Chromium.shoot(page, "order-signed-out-en-360");
            page.getByRole(AriaRole.MAIN)
                    .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Log in"))
                    .click();
            page.waitForURL("**/login?next=%2Forder%2F" + order);

            be(page, sale.buyer());
            page.navigate(installation.url("EDGE", "/order/" + order).toString());
            assertThat(page.getByTestId("notice"))
                    .hasText("This account has no such order. It may be another’s: log in as who bought it.");
            page.navigate(installation.url("EDGE", "/cart").toString());
            assertThat(page.getByTestId("notice")).hasText("You have no orders yet.");
            be(page, buyer);
            page.reload();
            assertThat(page.getByTestId("order")).hasAttribute("data-order", order);
            page.context().close();
        }
    }

    @Test
    void who_is_refused_finds_the_reason_and_so_does_who_runs_no_scripts() {
        try (var sale = new Sale("reason", Terms.of("REASON", 5).levels(0, Map.of(1, 0)))) {
            Page page = open(360, 740, "en-GB", "/");
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertThat(card.getByTestId("outcome")).hasText("This sale is not open to your account.");
            Chromium.shoot(page, "refused-en-360");
            card.getByTestId("why").click();
            page.waitForURL("**/why#NOT_ELIGIBLE");
            Locator reason = page.locator("#NOT_ELIGIBLE");
            assertThat(reason).isInViewport();
            assertThat(reason.getByText("accounts of a certain level")).isVisible();
            assertThat(reason.getByText("特定等级")).isHidden();
            assertThat((Boolean) page.evaluate("import('/assets/outcome.js').then(({REASONS}) =>"
                            + " [...REASONS].every(code => document.getElementById(code)))"))
                    .as("each reason has its place")
                    .isTrue();
            Chromium.shoot(page, "why-en-360");
            page.context().close();
        }
        try (var plain = chromium.context(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = plain.newPage();
            page.navigate(installation.url("EDGE", "/why").toString());
            assertThat(page.getByText("accounts of a certain level")).isVisible();
            assertThat(page.getByText("特定等级")).isVisible();
            Chromium.shoot(page, "why-plain");
            page.navigate(installation.url("EDGE", "/").toString());
            assertThat(page.locator("noscript .notice")).isVisible();
            Chromium.shoot(page, "home-plain");
        }
    }

    @Test
    void what_is_on_sale_is_told_without_scripts_and_to_who_is_sent_a_link() {
        try (var sale = new Sale("plain", Terms.of("PLAIN", 5));
                var plain = chromium.context(new Browser.NewContextOptions()
                        .setJavaScriptEnabled(false)
                        .setViewportSize(360, 740))) {
            Page page = plain.newPage();
            // Published within seconds of the promo.
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                page.navigate(installation.url("EDGE", "/item/" + sale.sku()).toString());
                assertThat(page.title()).isEqualTo(sale.sku() + " · Flashsale");
            });
            Locator told = page.locator(".plain li");
            assertThat(told).containsText("CNY 19.99");
            assertThat(page.locator("meta[property='og:title']").getAttribute("content"))
                    .isEqualTo(sale.sku());
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .isLessThanOrEqualTo(360);
            Chromium.shoot(page, "item-plain-360");
            told.getByRole(AriaRole.LINK).first().click();
            page.waitForURL("**/promo/*");
            assertThat(page.locator(".plain")).containsText(sale.sku());
            Chromium.shoot(page, "promo-plain-360");

            String script = page.locator("script[src]").getAttribute("src");
            assertThat(script).matches("/assets/[0-9a-f]{32}/main\\.js");
            Http.Answer asset = Http.send("GET", installation.url("EDGE", script), null, "Accept-Encoding", "gzip");
            assertThat(asset.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
            assertThat(asset.header("content-encoding")).isEqualTo("gzip");
        }
    }

    @Test
    void a_sale_for_some_has_a_page_for_them_alone() {
        try (var sale = new Sale("elite", Terms.of("ELITE", 5).levels(2, Map.of()))) {
            Page page = open(768, 900, "en-GB", "/");
            be(page, sale.buyers(1, 1).get(0));
            Response refused = page.navigate(
                    installation.url("EDGE", "/item/" + sale.sku()).toString());
            assertThat(refused.status()).isEqualTo(404);
            assertThat(page.getByTestId("not-here")).isVisible();
            be(page, sale.buyers(1, 2).get(0));
            Response shown = page.navigate(
                    installation.url("EDGE", "/item/" + sale.sku()).toString());
            assertThat(shown.status()).isEqualTo(200);
            assertThat(card(page, sale.sku())).isVisible();
            Object promo = page.evaluate(
                    "sku => fetch('/api/items/' + sku).then(r => r.json()).then(item => item.promoID)", sale.sku());
            page.navigate(installation.url("EDGE", "/promo/" + promo).toString());
            card(page, sale.sku()).getByTestId("buy").click();
            assertState(card(page, sale.sku()), "placed");
            Chromium.shoot(page, "promo-eligible-en-768");
            page.navigate(installation.url("EDGE", "/").toString());
            assertThat(page.locator("main")).not().hasAttribute("aria-busy", "true");
            assertThat(card(page, sale.sku())).hasCount(0);
            page.context().close();
        }
    }

    @Test
    void a_sale_opens_by_the_servers_clock_and_is_announced() {
        Instant opens = Instant.now().plusSeconds(45);
        try (var sale = new Sale("opens", Terms.of("OPENS", 5).limit(1).window(opens, opens.plusSeconds(600)))) {
            Page page = open(360, 740, "en-GB", "/item/" + sale.sku(), context -> {
                // A phone that is an hour ahead.
                context.addInitScript("const real = Date.now; Date.now = () => real() + 3_600_000;");
            });
            Locator card = card(page, sale.sku());
            assertState(card, "idle");
            assertThat(card).hasAttribute("data-phase", "coming");
            assertThat(card.getByTestId("countdown")).hasText(Pattern.compile("00:[0-4]\\d"));
            Chromium.shoot(page, "item-coming-en-360");
            assertThat(page.getByTestId("milestones"))
                    .hasText(
                            sale.sku() + " opens in ten seconds.",
                            new LocatorAssertions.HasTextOptions().setTimeout(60_000));
            assertThat(page.getByTestId("milestones"))
                    .hasText(sale.sku() + " is open.", new LocatorAssertions.HasTextOptions().setTimeout(15_000));
            assertThat(Instant.now()).isBetween(opens.minusMillis(300), opens.plusSeconds(6));
            card.getByTestId("buy").click();
            assertState(card, "placed");
            page.context().close();
        }
    }

    @Test
    void each_page_is_light() {
        for (String path : List.of("/", "/login", "/register", "/password", "/cart", "/why", "/404")) {
            Page page = open(360, 740, "en-GB", path);
            page.waitForLoadState();
            int bytes = (Integer) page.evaluate("[...performance.getEntriesByType('navigation'),"
                    + " ...performance.getEntriesByType('resource').filter(({name}) => !name.includes('/api/'))]"
                    + ".reduce((sum, {decodedBodySize}) => sum + decodedBodySize, 0)");
            assertThat(bytes).as(path).isBetween(2_000, BUDGET_BYTES);
            page.context().close();
        }
    }

    @Test
    void each_page_is_readable_by_everybody_at_each_width_in_both_languages() {
        try (var sale = new Sale(
                "axe",
                Terms.of("AXE", 5),
                Terms.of("AXE-SOON", 5)
                        .window(Instant.now().plusSeconds(1800), Instant.now().plusSeconds(3600)))) {
            Buyer buyer = sale.buyer();
            String order = sale.shop().win(buyer, sale.sku(), 1, "once").id();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sale.stores().order(sale.sku(), order).isPresent());
            var pages = Map.of(
                    "home", "/",
                    "login", "/login",
                    "register", "/register",
                    "password", "/password",
                    "item", "/item/" + sale.sku(),
                    "item-soon", "/item/" + sale.skus().get(1),
                    "orders", "/cart",
                    "order", "/order/" + order,
                    "why", "/why",
                    "not-here", "/nothing");
            for (String locale : List.of("en-GB", "zh-CN")) {
                for (int width : List.of(360, 768, 1280)) {
                    Page page = open(width, 900, locale, "/");
                    be(page, buyer);
                    pages.forEach((name, path) -> {
                        page.navigate(installation.url("EDGE", path).toString());
                        assertThat(page.locator("main")).not().hasAttribute("aria-busy", "true");
                        String where = path + " " + locale + " " + width;
                        assertThat(new AxeBuilder(page).analyze().getViolations())
                                .as(where)
                                .isEmpty();
                        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                                .as(where)
                                .isLessThanOrEqualTo(width);
                        Chromium.shoot(page, name + "-" + locale.substring(0, 2) + "-" + width);
                    });
                    page.context().close();
                }
            }
        }
    }

    /** From the next request on. */
    private void be(Page page, Buyer buyer) {
        be(page.context(), buyer);
    }

    private void be(BrowserContext context, Buyer buyer) {
        URI shop = installation.url("EDGE", "/");
        context.addCookies(List.of(new Cookie("session", buyer.session()).setUrl(shop.toString())));
    }

    private Page open(int width, int height, String locale, String path) {
        return chromium.open(width, height, locale, installation.url("EDGE", path));
    }

    private Page open(int width, int height, String locale, String path, Consumer<BrowserContext> first) {
        return chromium.open(width, height, locale, installation.url("EDGE", path), first);
    }

    private static Locator card(Page page, String sku) {
        return page.locator("[data-testid=item][data-sku='" + sku + "']");
    }

    private static void assertState(Locator card, String state) {
        assertThat(card)
                .hasAttribute(
                        "data-state",
                        state,
                        new LocatorAssertions.HasAttributeOptions().setTimeout(Chromium.PATIENCE_MS));
    }
}
