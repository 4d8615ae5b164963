package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ViewportSize;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The page in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StorefrontIT {

    private static final double PATIENCE_MS = 15_000;

    private final Installation installation = Installation.fromEnvironment();
    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final List<String> complaints = new ArrayList<>();
    private final Browser browser = playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of("/usr/bin/chromium"))
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")));

    @BeforeAll
    void pictures() {
        Path.of("target", "screens").toFile().mkdirs();
    }

    @AfterAll
    void close() {
        browser.close();
        playwright.close();
    }

    @Test
    void a_visitor_buys_and_follows_the_order_until_it_waits_for_payment_in_mysql() {
        try (var sale = new Sale("page", Terms.of("PAGE", 5).limit(1))) {
            Page page = open(1280, 900);
            Locator card = card(page, sale.sku());
            card.getByTestId("buy").click();
            assertPlaced(card);
            String shown = card.getByTestId("order-id").textContent().strip();
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screens", "bought.png")));

            Dump.Order order = sale.stores().order(sale.sku(), shown).orElseThrow();
            assertThat(order.state()).isEqualTo("PENDING_PAYMENT");
            assertThat(order.quantity()).isEqualTo(1);
            assertThat(order.userId()).startsWith("demo-");
            assertThat(order.priceMinor()).isEqualTo(1999);
            assertThat(complaints).as("what the browser's console said").isEmpty();
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
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screens", "pay.png")));
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Pay"))
                    .click();
            assertThat(page.getByText("Paid.")).isVisible();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> sale.stores()
                    .order(sale.sku(), id)
                    .orElseThrow()
                    .state()
                    .equals("PAID"));
            page.reload();
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screens", "paid.png")));

            page.getByText("Back to the shop").click();
            assertThat(card(page, sale.sku()))
                    .hasAttribute(
                            "data-state", "paid", new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screens", "paid-shop.png")));
            assertThat(complaints).as("what the browser's console said").isEmpty();
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
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "screens", "phone.png"))
                    .setFullPage(true));
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
            assertThat(sale.shop().buyNow(buyer, sale.sku(), 1, "k").reserved()).isTrue();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> "reserved".equals(card.getAttribute("data-phase"))
                            || "sold".equals(card.getAttribute("data-phase")));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screens", "sold-out.png")));
            page.context().close();
        }
    }

    private Page open(int width, int height) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(new ViewportSize(width, height))
                .setLocale("en-GB"));
        context.setDefaultTimeout(PATIENCE_MS);
        Page page = context.newPage();
        complaints.clear();
        page.onPageError(complaints::add);
        page.navigate(installation.url("EDGE", "/").toString());
        return page;
    }

    private static Locator card(Page page, String sku) {
        return page.locator("[data-testid=item][data-sku='" + sku + "']");
    }

    private static void assertPlaced(Locator card) {
        assertThat(card)
                .hasAttribute(
                        "data-state", "placed", new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS));
    }
}
