package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Each state that an item's page can be in, brought about in the running shop, in both languages and on a phone; the pictures are those of
 * {@code docs/screens}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatesIT {

    private static final double PATIENCE_MS = 40_000;

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    /** The same item, looked at by the same buyer in two languages. */
    private final class Looks implements AutoCloseable {
        private final List<Page> pages;

        private Looks(Buyer buyer, String sku) {
            pages = List.of(open(buyer, sku, "en-GB"), open(buyer, sku, "zh-CN"));
        }

        private Page first() {
            return pages.get(0);
        }

        private Locator card() {
            return cardOf(first());
        }

        /** Both show it, and are pictured. */
        private void show(String name, String attribute, String value, String english, String chinese) {
            for (Page page : pages) {
                assertThat(cardOf(page))
                        .hasAttribute(
                                attribute, value, new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS));
                boolean first = page == first();
                assertThat(cardOf(page))
                        .containsText(
                                first ? english : chinese,
                                new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MS));
                Chromium.glance(page, "state-" + name + (first ? "-en" : "-zh"));
            }
        }

        private void press() {
            for (Page page : pages) {
                cardOf(page).getByTestId("buy").click();
            }
        }

        @Override
        public void close() {
            pages.forEach(page -> page.context().close());
        }
    }

    @Test
    void from_the_countdown_to_a_paid_order() {
        Instant opens = Instant.now().plusSeconds(20);
        Terms terms =
                Terms.of("TEAPOT", 12).named("Celadon teapot 青瓷茶壶").limit(2).window(opens, opens.plusSeconds(1800));
        try (var sale = new Sale("teapot", terms)) {
            Buyer buyer = sale.buyer();
            try (var looks = new Looks(buyer, sale.sku())) {
                looks.show("coming", "data-phase", "coming", "Not open yet", "尚未开始");
                looks.show("live", "data-phase", "live", "Buy now", "立即抢购");
                looks.press();
                looks.show("placed", "data-state", "placed", "Yours. The order is placed.", "抢购成功");
                String order =
                        looks.card().getByTestId("order-id").textContent().strip();
                Provider.of(sale.shop(), buyer, order).pay();
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> "PAID"
                        .equals(sale.shop().order(buyer, order).state()));
                assertThat(looks.card())
                        .hasAttribute(
                                "data-state",
                                "paid",
                                new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS));
                Chromium.glance(looks.first(), "state-paid-en");
            }
            try (var third = new Looks(buyer, sale.sku())) {
                third.press();
                third.show("limit", "data-state", "refused", "You have as many as", "您已达到限购数量");
            }
            try (var other = new Looks(sale.buyer(), sale.sku())) {
                sale.operator().change(sale.sku(), "pause");
                other.show("paused", "data-phase", "paused", "Paused", "已暂停");
                sale.operator().change(sale.sku(), "resume");
                sale.operator().change(sale.sku(), "end");
                other.show("ended", "data-phase", "over", "Closed", "结束");
            }
        }
    }

    @Test
    void what_is_gone_and_what_may_return() {
        try (var sale = new Sale("vase", Terms.of("VASE", 1).named("Blue vase 青花瓶"))) {
            Buyer winner = sale.buyer();
            String order = sale.shop().buyNow(winner, sale.sku(), 1, "first").id();
            try (var looks = new Looks(sale.buyer(), sale.sku())) {
                looks.show("reserved", "data-phase", "reserved", "All reserved", "已订满");
                looks.press();
                looks.show("all-reserved", "data-state", "refused", "Unpaid ones come back", "未付款的会重新上架");
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> sale.shop().pay(winner, order).status() == 200);
                Provider.of(sale.shop(), winner, order).pay();
                // What was refused because all were reserved is no news any more.
                for (Page page : looks.pages) {
                    assertThat(cardOf(page).getByTestId("outcome"))
                            .hasText("", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS));
                }
                looks.show("sold-out", "data-phase", "sold", "Every unit has found its buyer.", "全部商品均已售出。");
            }
        }
    }

    @Test
    void who_may_not_and_whom_the_network_fails() {
        try (var sale = new Sale(
                "bowl",
                Terms.of("BOWL", 9).named("Tea bowl 茶盏").levels(0, Map.of(1, 0)),
                Terms.of("LAMP", 9).named("Paper lamp 纸灯"))) {
            try (var looks = new Looks(sale.buyer(), sale.sku())) {
                looks.press();
                looks.show("not-eligible", "data-state", "refused", "not open to your account", "不符合本次抢购的条件");
            }
            try (var looks = new Looks(sale.buyer(), sale.skus().get(1))) {
                looks.pages.forEach(page -> page.route("**/buy", Route::abort));
                looks.press();
                looks.show("retrying", "data-state", "retrying", "it cannot count twice", "不会重复下单");
                looks.show("unknown", "data-state", "refused", "Press again: it cannot count twice", "请再次点击，不会重复下单");
                looks.pages.forEach(page -> page.unroute("**/buy"));
                looks.press();
                looks.show("found", "data-state", "placed", "Yours.", "抢购成功");
                looks.card().getByTestId("order-id").getByRole(AriaRole.LINK).click();
                Locator shown = looks.first().getByTestId("order");
                assertThat(shown.getByTestId("pay")).isVisible();
                Chromium.glance(looks.first(), "state-order-en");
                shown.getByTestId("give-back").click();
                shown.getByTestId("give-back").click();
                assertThat(shown.getByTestId("order-state")).hasText(Pattern.compile("cancelled"));
                Chromium.glance(looks.first(), "state-cancelled-en");
            }
        }
    }

    private Page open(Buyer buyer, String sku, String locale) {
        var shop = installation.url("EDGE", "/");
        return chromium.open(
                360,
                740,
                locale,
                shop.resolve("/item/" + sku),
                context -> context.addCookies(List.of(new Cookie("session", buyer.session()).setUrl(shop.toString()))));
    }

    private static Locator cardOf(Page page) {
        return page.getByTestId("item");
    }
}
