package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening an account, logging in and buying in a real browser. Texts are read where the demo profile writes them: in the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountPageIT {

    private static final String PASSWORD = "seven purple kites";

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void a_shopper_opens_an_account_buys_with_it_logs_out_and_in_again() {
        String phone = phone();
        try (var sale = new Sale("account", Terms.of("ACCOUNT", 5).limit(1))) {
            Page page = open(360, 740, "en-GB", "/");
            page.getByTestId("log-in").click();
            page.waitForURL("**/login?next=*");
            page.getByText("Open an account").click();
            page.waitForURL("**/register?next=*");

            page.locator("#phone").fill(phone);
            page.getByTestId("send").click();
            assertThat(page.getByTestId("sent")).containsText("A text is on its way to +86 138");
            Chromium.shoot(page, "register-sent-en-360");
            page.locator("#code").fill(codeFor(phone));
            page.locator("#password").fill("12345678");
            page.getByTestId("submit").click();
            assertThat(page.getByTestId("problem")).hasText(Pattern.compile("easy to guess"));
            assertThat(page.locator("#password")).hasAttribute("aria-invalid", "true");
            Chromium.shoot(page, "register-weak-en-360");
            page.locator("#password").fill(PASSWORD);
            page.getByTestId("submit").click();
            page.waitForURL(installation.url("EDGE", "/").toString());
            assertThat(page.getByTestId("logged-in")).isVisible();
            assertThat(page.getByTestId("logged-in")).containsText("+86 138****");

            Locator card = page.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
            card.getByTestId("buy").click();
            assertThat(card).hasAttribute("data-state", "placed");
            String order = card.getByTestId("order-id").textContent().strip();
            String user = sale.stores().order(sale.sku(), order).orElseThrow().userId();
            assertThat(user).as("no demo's buyer").startsWith("u");

            page.getByTestId("log-out").click();
            assertThat(page.getByTestId("log-in")).isVisible();
            assertThat(card).hasAttribute("data-state", "idle");
            page.navigate(installation.url("EDGE", "/login").toString());
            page.locator("#phone").fill(phone.substring(3));
            page.locator("#password").fill("not this one");
            page.getByTestId("submit").click();
            assertThat(page.getByTestId("problem")).hasText("Phone and password do not go together.");
            page.locator("#password").fill(PASSWORD);
            page.locator("#password").press("Enter");
            page.waitForURL(installation.url("EDGE", "/").toString());
            assertThat(page.getByTestId("logged-in")).isVisible();
            assertThat(card).hasAttribute("data-state", "placed");
            assertThat(card.getByTestId("order-id")).hasText(order);
            assertThat(card.getByTestId("pay")).isVisible();
            assertThat(chromium.complaints())
                    .as("what the browser's console said")
                    .isEmpty();
            page.context().close();
        }
    }

    @Test
    void a_shopper_whose_token_has_lapsed_buys_and_pays_all_the_same() throws Exception {
        try (var sale = new Sale("lapsed", Terms.of("LAPSED", 5).limit(1))) {
            Page page = open(1280, 900, "en-GB", "/register");
            register(page, phone());
            String user = (String) page.evaluate("JSON.parse(localStorage.getItem('flashsale.account')).userID");
            lapse(page);
            Locator card = page.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
            card.getByTestId("buy").click();
            assertThat(card).hasAttribute("data-state", "placed");
            String order = card.getByTestId("order-id").textContent().strip();
            assertThat(sale.stores().order(sale.sku(), order).orElseThrow().userId())
                    .isEqualTo(user);
            lapse(page);
            card.getByTestId("pay").click();
            page.waitForURL(url -> url.contains("/pay"));
            page.context().close();
        }
    }

    @Test
    void another_tab_that_logs_in_as_somebody_else_leaves_no_order_of_the_first_here() {
        try (var sale = new Sale("tabs", Terms.of("TABS", 5).limit(1))) {
            Page first = open(768, 900, "en-GB", "/register");
            register(first, phone());
            Locator card = first.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
            card.getByTestId("buy").click();
            assertThat(card).hasAttribute("data-state", "placed");

            Page second = first.context().newPage();
            second.navigate(installation.url("EDGE", "/register").toString());
            register(second, phone());
            assertThat(card).hasAttribute("data-state", "idle");
            assertThat(card.getByTestId("outcome")).hasText("");
            assertThat(first.getByTestId("logged-in")).isVisible();
            first.context().close();
        }
    }

    /** The page of the first is still trying when somebody else logs in beside it. */
    @Test
    void a_wish_is_never_sent_as_somebody_else() {
        try (var sale = new Sale("wish", Terms.of("WISH", 5))) {
            Page first = open(768, 900, "en-GB", "/register");
            register(first, phone());
            Locator card = first.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
            var asked = new AtomicInteger();
            first.route("**/buy", route -> {
                asked.incrementAndGet();
                route.abort();
            });
            // All but the last press, since the first page gives up after some twenty seconds.
            Page second = first.context().newPage();
            second.navigate(installation.url("EDGE", "/register").toString());
            fillIn(second, phone());
            // It does not hear of the other: what is stored changes under it without an event.
            first.evaluate("window.addEventListener('storage', event => event.stopImmediatePropagation(), true)");
            card.getByTestId("buy").click();
            assertThat(card).hasAttribute("data-state", "retrying");
            submit(second);
            first.unroute("**/buy");
            assertThat(card).hasAttribute("data-state", Pattern.compile("signed-out|idle"));
            assertThat(sale.stores().orders(sale.sku())).isEmpty();
            first.context().close();
        }
    }

    @Test
    void where_nothing_may_be_kept_a_shopper_is_logged_in_all_the_same_and_out_again() {
        try (var sale = new Sale("forgetful", Terms.of("FORGETFUL", 5).limit(1))) {
            Page page = open(768, 900, "en-GB", "/");
            page.context()
                    .addInitScript("Object.defineProperty(window, 'localStorage',"
                            + " { get() { throw new DOMException('forbidden', 'SecurityError'); } })");
            page.navigate(installation.url("EDGE", "/register").toString());
            register(page, phone());
            assertThat(page.getByTestId("logged-in")).containsText("+86 138");
            Locator card = page.locator("[data-testid=item][data-sku='" + sale.sku() + "']");
            card.getByTestId("buy").click();
            assertThat(card).hasAttribute("data-state", "placed");
            page.getByTestId("log-out").click();
            assertThat(page.getByTestId("log-in")).isVisible();
            page.context().close();
        }
    }

    /** A code is used up even if its answer is lost on the way. */
    @Test
    void an_answer_that_is_lost_costs_no_account() {
        Page page = open(360, 740, "zh-CN", "/register");
        page.route("**/api/register", route -> {
            route.fetch();
            route.abort();
        });
        register(page, phone());
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
    }

    /** Puts a token of the same session into the browser whose time is over. */
    private void lapse(Page page) throws GeneralSecurityException {
        Cookie cookie = page.context().cookies().stream()
                .filter(each -> each.name.equals("session"))
                .findFirst()
                .orElseThrow();
        assertThat(cookie.httpOnly).isTrue();
        String[] parts = cookie.value.split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String lapsed = claims.replaceFirst("\"exp\":\\d+", "\"exp\":1700000000");
        assertThat(lapsed).isNotEqualTo(claims);
        var base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = parts[0] + "." + base64.encodeToString(lapsed.getBytes(StandardCharsets.UTF_8));
        String key = installation
                .secret("session-keys")
                .lines()
                .findFirst()
                .orElseThrow()
                .split(" ")[1];
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
        page.context()
                .addCookies(List.of(new Cookie(
                                "session",
                                signed + "."
                                        + base64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))))
                        .setUrl(installation.url("EDGE", "/").toString())
                        .setHttpOnly(true)));
    }

    @Test
    void a_forgotten_password_is_set_anew() {
        String phone = phone();
        Page page = open(768, 1024, "zh-CN", "/register");
        register(page, phone);
        String first = codeFor(phone);
        page.getByTestId("log-out").click();
        assertThat(page.getByTestId("log-in")).isVisible();

        page.navigate(installation.url("EDGE", "/password").toString());
        page.locator("#phone").fill(phone);
        page.getByTestId("send").click();
        assertThat(page.getByTestId("problem")).hasText(Pattern.compile("尝试次数过多"));
        Chromium.shoot(page, "password-often-zh-768");

        // A minute later:
        assertThat(new Operator(installation)
                        .flashsale("redis", "DEL", "fs:tries:code-minute:" + phone)
                        .exit())
                .isZero();
        page.reload();
        page.locator("#phone").fill(phone);
        page.getByTestId("send").click();
        assertThat(page.getByTestId("sent")).containsText("已注册，短信正在发送");
        page.locator("#code").fill(codeFor(phone, first));
        page.locator("#password").fill("nine quiet rivers");
        page.getByTestId("submit").click();
        page.waitForURL(installation.url("EDGE", "/").toString());
        assertThat(page.getByTestId("logged-in")).isVisible();
        page.context().close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example/",
                "/.//evil.example/",
                "/x/..//evil.example",
                "javascript:alert(1)"
            })
    void a_login_leads_nowhere_else(String elsewhere) {
        Page page = open(768, 1024, "en-GB", "/login");
        String there = (String) page.evaluate(
                "elsewhere => import('/assets/session.js').then(s => s.next('?next=' + encodeURIComponent(elsewhere)))",
                elsewhere);
        assertThat(there).isEqualTo("/");
        assertThat((String) page.evaluate("import('/assets/session.js').then(s => s.next('?next=%2F%3Fa%3D1'))"))
                .isEqualTo("/?a=1");
        page.context().close();
    }

    private void register(Page page, String phone) {
        fillIn(page, phone);
        submit(page);
    }

    private void fillIn(Page page, String phone) {
        page.locator("#phone").fill(phone);
        page.getByTestId("send").click();
        page.locator("#code").fill(codeFor(phone));
        page.locator("#password").fill(PASSWORD);
    }

    private void submit(Page page) {
        page.getByTestId("submit").click();
        page.waitForURL(installation.url("EDGE", "/").toString());
        assertThat(page.getByTestId("logged-in")).isVisible();
    }

    private static String phone() {
        return "+86138%08d".formatted(ThreadLocalRandom.current().nextInt(100_000_000));
    }

    private String codeFor(String phone) {
        return codeFor(phone, "");
    }

    /** The last code that was sent to a phone, another than this one. */
    private String codeFor(String phone, String but) {
        var text = Pattern.compile("SMS to " + Pattern.quote(phone) + ": \\D*(\\d{6})\\D");
        return Awaitility.await("a text to " + phone)
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> text.matcher(Installation.read(installation.home().resolve("logs/backend.log")))
                                .results()
                                .map(found -> found.group(1))
                                .reduce("", (before, last) -> last),
                        code -> !code.isEmpty() && !code.equals(but));
    }

    private Page open(int width, int height, String locale, String path) {
        return chromium.open(width, height, locale, installation.url("EDGE", path));
    }
}
