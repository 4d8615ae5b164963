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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Each state that an item's page can be in, brought about in the running shop, in both languages and on a phone; the pictures are those of
 * {@code docs/screens}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatesIT {

    private static final double PATIENCE_MS = 80_000;

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    /** The same item, looked at by the same buyer in two languages. */
    private final class Looks implements AutoCloseable {
        private final List<Page> pages;

        /** @param buyer null for a browser that was never here */
        private Looks(@Nullable Buyer buyer, String sku) {
            pages = List.of(open(buyer, sku, "en-GB"), open(buyer, sku, "zh-CN"));
        }

        private Page first() {
            return pages.get(0);
        }

        private String language(Page page) {
            return page == first() ? "en" : "zh";
        }

        private void glance(Page page, String name) {
            Chromium.glance(page, "state-" + name + "-" + language(page));
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
                glance(page, name);
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
        Instant opens = Instant.now().plusSeconds(40);
        Terms terms =
                Terms.of("TEAPOT", 12).named("Celadon teapot 青瓷茶壶").limit(2).window(opens, opens.plusSeconds(1800));
        try (var sale = new Sale("teapot", terms)) {
            Buyer buyer = sale.buyer();
            try (var looks = new Looks(buyer, sale.sku())) {
                looks.show("coming", "data-phase", "coming", "Not open yet", "尚未开始");
                looks.show("live", "data-phase", "live", "Buy now", "立即抢购");
                for (Page page : looks.pages) {
                    var held = new ArrayList<Route>();
                    page.route("**/buy", held::add);
                    cardOf(page).getByTestId("buy").click();
                    assertThat(cardOf(page)).hasAttribute("data-state", "sending");
                    looks.glance(page, "sending");
                    page.unroute("**/buy");
                    held.forEach(Route::resume);
                }
                looks.show("placed", "data-state", "placed", "Yours. The order is placed.", "抢购成功");
                for (Page page : looks.pages) {
                    String order =
                            cardOf(page).getByTestId("order-id").textContent().strip();
                    Provider.of(sale.shop(), buyer, order).pay();
                }
                looks.show("paid", "data-state", "paid", "Paid. Thank you.", "已付款，谢谢。");
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
            String order = sale.shop().win(winner, sale.sku(), 1, "first").id();
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
                for (Page page : looks.pages) {
                    cardOf(page)
                            .getByTestId("order-id")
                            .getByRole(AriaRole.LINK)
                            .click();
                    Locator shown = page.getByTestId("order");
                    assertThat(shown.getByTestId("pay")).isVisible();
                    looks.glance(page, "order");
                    shown.getByTestId("give-back").click();
                    shown.getByTestId("give-back").click();
                    assertThat(shown.getByTestId("order-state")).hasText(Pattern.compile("cancelled|取消"));
                    looks.glance(page, "cancelled");
                }
            }
        }
    }

    @Test
    void who_lets_the_time_to_pay_run_out() {
        try (var sale =
                new Sale("scarf", Terms.of("SCARF", 5).named("Silk scarf 丝巾").hold(Duration.ofSeconds(6)))) {
            try (var looks = new Looks(sale.buyer(), sale.sku())) {
                looks.press();
                looks.show("expired", "data-state", "expired", "The time to pay ran out", "付款时间已过");
            }
        }
    }

    @Test
    void whose_session_has_ended() {
        try (var sale = new Sale("stool", Terms.of("STOOL", 5).named("Bamboo stool 竹凳"))) {
            try (var looks = new Looks(null, sale.sku())) {
                for (Page page : looks.pages) {
                    // The browser has lost its cookies, and not what the pages keep.
                    page.evaluate("localStorage.setItem('flashsale.account', JSON.stringify("
                            + "{ userID: 'u1', phone: '+86 138****0000', until: Date.now() + 3600000 }))");
                    page.reload();
                }
                looks.press();
                looks.show("login", "data-state", "login", "Please log in to buy.", "请登录后购买。");
                assertThat(sale.stores().orders(sale.sku())).isEmpty();
            }
        }
    }

    @Test
    void who_presses_too_often() {
        try (var sale = new Sale("plate", Terms.of("PLATE", 90).named("Jade plate 玉盘"), Terms.of("ELSEWHERE", 9))) {
            Buyer buyer = sale.buyer();
            try (var looks = new Looks(buyer, sale.sku())) {
                for (Page page : looks.pages) {
                    page.route("**/buy", route -> {
                        drain(sale, buyer);
                        route.resume();
                    });
                    String state = "";
                    for (int tried = 0; tried < 20 && !state.equals("retrying"); tried++) {
                        if (!state.isEmpty()) {
                            // The machine was slow, a token came back meanwhile and it has bought: as if it had not.
                            page.evaluate("localStorage.clear()");
                            page.reload();
                        }
                        cardOf(page).getByTestId("buy").click();
                        assertThat(cardOf(page)).hasAttribute("data-state", Pattern.compile("retrying|placed"));
                        state = cardOf(page).getAttribute("data-state");
                    }
                    assertThat(cardOf(page)).containsText(page == looks.first() ? "A little too fast." : "操作过快");
                    looks.glance(page, "throttled");
                    page.unroute("**/buy");
                    assertThat(cardOf(page))
                            .hasAttribute(
                                    "data-state",
                                    "placed",
                                    new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS));
                }
            }
        }
    }

    /**
     * Until the buyer's bucket has just become empty, so that the next token is as far away as it can be; not so fast that a rule of traffic
     * takes it for a bot's doing.
     */
    private static void drain(Sale sale, Buyer buyer) {
        var empty = new AtomicBoolean();
        Awaitility.await("a token that comes into an empty bucket, and is used up")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(25))
                .until(() -> {
                    boolean throttled = "THROTTLED"
                            .equals(sale.shop()
                                    .buyNow(buyer, sale.skus().get(1), 1, "elsewhere")
                                    .code());
                    if (throttled) {
                        empty.set(true);
                    }
                    return !throttled && empty.get();
                });
    }

    private Page open(@Nullable Buyer buyer, String sku, String locale) {
        var shop = installation.url("EDGE", "/");
        return chromium.open(360, 740, locale, shop.resolve("/item/" + sku), context -> {
            if (buyer != null) {
                context.addCookies(List.of(new Cookie("session", buyer.session()).setUrl(shop.toString())));
            }
        });
    }

    private static Locator cardOf(Page page) {
        return page.getByTestId("item");
    }
}
