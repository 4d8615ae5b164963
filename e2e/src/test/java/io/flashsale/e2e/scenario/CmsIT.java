package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.FilePayload;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Pictures;
import io.flashsale.e2e.client.Postman;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The CMS in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CmsIT {

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();
    private final Staff staff = new Staff(installation);

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void who_is_let_in_chooses_a_password_works_and_leaves() {
        String name = Staff.name("lin");
        String made = staff.add(name, "operator");
        Page page = chromium.open(1280, 900, "en-GB", installation.url("CMS", "/monitor/edge"));
        page.waitForURL("**/login?next=**");
        Staff.enter(page, name, "not the password");
        assertThat(page.getByTestId("said")).containsText("opens nothing");
        Chromium.shoot(page, "cms-login-wrong-en-1280");
        Staff.enter(page, name, made);
        page.waitForURL("**/password");
        Staff.choose(page, made, "short");
        page.waitForURL("**/password");
        page.locator("[name=password]").evaluate("input => input.removeAttribute('minlength')");
        Staff.choose(page, made, "short");
        assertThat(page.getByTestId("said")).hasText("The new password is too short: 12 characters at least.");
        Chromium.shoot(page, "cms-password-short-en-1280");
        Staff.choose(page, made, "seven words of a test");
        page.waitForURL("**/?changed");
        assertThat(page.getByTestId("who")).containsText(name);
        assertThat(page.locator("nav")).not().containsText("People");
        page.navigate(installation.url("CMS", "/people").toString());
        assertThat(page.getByTestId("problem")).containsText("This is not open to your role.");
        Chromium.shoot(page, "cms-forbidden-en-1280");

        String again = staff.reset(name);
        page.navigate(installation.url("CMS", "/").toString());
        page.waitForURL("**/login**");
        Staff.enter(page, name, again);
        page.waitForURL("**/password");
        page.getByTestId("log-out").click();
        page.waitForURL("**/login?left");
        assertThat(page.getByTestId("said")).hasText("You have logged out.");
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
    }

    @Test
    void an_administrator_lets_somebody_in_and_out() {
        String name = Staff.name("wei");
        Page page = staff.page(chromium, 1280, 900, "zh-CN", "administrator");
        page.getByTestId("language").click();
        page.locator("nav >> text=People").click();
        page.locator("#new-name").fill(name);
        page.locator("#new-role").selectOption("EDITOR");
        page.getByTestId("add").click();
        String made = page.getByTestId("made").textContent();
        Chromium.shoot(page, "cms-people-added-en-1280");

        Page other = chromium.open(1280, 900, "en-GB", installation.url("CMS", "/login"));
        Staff.enter(other, name, made);
        other.waitForURL("**/password");
        Locator row = page.locator("[data-testid=person][data-name=" + name + "]");
        row.locator("[name=state]").selectOption("DISABLED");
        row.getByTestId("save").click();
        assertThat(row.locator("[name=state]")).hasValue("DISABLED");
        other.reload();
        other.waitForURL("**/login**");
        other.context().close();
        page.context().close();
    }

    @Test
    void an_editor_writes_a_promo_a_reviewer_sends_it_back_and_approves_it_an_operator_schedules_it_and_it_sells() {
        Terms terms = Terms.of("WRITTEN", 5);
        String sku = terms.sku();
        Page page = staff.page(chromium, 1280, 900, "en-GB", "editor");
        page.locator("nav >> text=Drafts").click();
        page.getByTestId("begin").click();
        page.waitForURL("**/drafts/*");
        page.locator("[name=name]").fill("Teapot " + sku);
        page.locator("[name='items[0].sku']").fill(sku);
        page.locator("[name='items[0].price']").fill("19.999");
        assertThat(page.getByTestId("kept")).containsText("Saved at");
        page.reload();
        assertThat(page.locator("[name='items[0].sku']")).hasValue(sku);

        page.getByTestId("hand-in").click();
        page.waitForURL("**?check");
        assertThat(page.getByTestId("mistakes")).containsText("no more digits than the currency has");
        Chromium.shoot(page, "cms-draft-mistakes-en-1280");
        page.locator("[name='items[0].price']").fill("19.99");
        page.locator("[name='items[0].listPrice']").fill("29.99");
        page.locator("[name='items[0].name']").fill("Teapot");
        page.locator("[name='items[0].nameZh']").fill("茶壶");
        page.locator("[name='items[0].published']").fill("5");
        bringPicture(page);
        page.locator("[name=zone]").fill("Asia/Shanghai");
        var shanghai = LocalDateTime.now(ZoneId.of("Asia/Shanghai")).truncatedTo(ChronoUnit.MINUTES);
        page.locator("[name=opensAt]").fill(shanghai.minusMinutes(1).toString());
        page.locator("[name=closesAt]").fill(shanghai.plusHours(1).toString());
        // while what was typed last is being saved
        page.getByTestId("hand-in").click();
        page.waitForURL("**/promos/*?done=HANDIN");
        assertThat(page.getByTestId("said")).hasText("Handed in. A reviewer can approve it.");
        Chromium.shoot(page, "cms-handed-in-en-1280");

        assertThat(chromium.complaints()).isEmpty();
        Page reviewer = staff.page(chromium, 1280, 900, "en-GB", "reviewer");
        reviewer.navigate(page.url().replaceFirst("\\?.*", ""));
        take(reviewer, "RETURN", "say what it is made of");
        assertThat(reviewer.getByTestId("phase")).hasText("Sent back");
        page.navigate(installation.url("CMS", "/drafts").toString());
        page.getByText("Teapot " + sku).click();
        assertThat(page.getByTestId("returned")).containsText("has sent it back: say what it is made of");
        Chromium.shoot(page, "cms-returned-en-1280");
        page.locator("[name=description]")
                .fill("# Made by hand\n\nOf **clay**, <b>no</b> [iron](https://shop.example/iron).");
        page.locator("[name=descriptionZh]").fill("手工**陶制**。");
        page.getByTestId("hand-in").click();
        page.waitForURL("**/promos/*?done=HANDIN");
        String promo = page.url().replaceFirst("\\?.*", "");
        page.context().close();

        reviewer.navigate(promo);
        act(reviewer, "APPROVE");
        Chromium.shoot(reviewer, "cms-approve-en-1280");
        reviewer.locator("[data-act=APPROVE] form button").click();
        assertThat(reviewer.getByTestId("phase")).hasText("Approved");
        Chromium.shoot(reviewer, "cms-approved-en-1280");
        assertThat(chromium.complaints()).isEmpty();
        reviewer.context().close();

        Page operator = staff.page(chromium, 1280, 900, "en-GB", "operator");
        operator.navigate(promo);
        take(operator, "SCHEDULE", "opening");
        assertThat(operator.getByTestId("phase")).hasText("Live");
        try (var sale = Sale.published("cms-written", terms)) {
            Page shop = chromium.open(360, 740, "en-GB", installation.url("EDGE", "/item/" + sku));
            assertThat(shop.getByTestId("list-price")).hasText("List price ¥29.99");
            assertThat(shop.getByTestId("item-name")).hasText("Teapot");
            assertThat(shop.getByTestId("photo")).hasAttribute("alt", "A green teapot");
            shop.waitForFunction("() => { const photo = document.querySelector('[data-testid=photo]');"
                    + " return photo.complete && photo.naturalWidth > 0 && photo.currentSrc.endsWith('-640.jpg'); }");
            assertThat(new AxeBuilder(shop).analyze().getViolations()).isEmpty();
            assertThat((int) shop.evaluate("document.documentElement.scrollWidth"))
                    .isLessThanOrEqualTo(360);
            Chromium.shoot(shop, "shop-list-price-en-360");
            shop.context().close();
            shop = chromium.open(360, 740, "zh-CN", installation.url("EDGE", "/item/" + sku));
            assertThat(shop.getByTestId("list-price")).hasText("原价 ¥29.99");
            assertThat(shop.getByTestId("item-name")).hasText("茶壶");
            assertThat(shop.getByTestId("photo")).hasAttribute("alt", "绿色茶壶");
            shop.context().close();
            readsOfIt(promo.replaceFirst(".*/promos/", "/promo/"));
            sale.shop().win(sale.buyer(), sku, 1, "once");
        }
        Locator end = act(operator, "END");
        end.locator("[name=why]").fill("enough");
        end.locator("[name=confirm]").fill("Teapot " + sku);
        end.locator("form button").click();
        assertThat(operator.getByTestId("phase")).hasText("Ended");
        operator.context().close();
    }

    /** What is said of a promo is on its page, and nothing of it is anything but text. */
    private void readsOfIt(String path) {
        for (String locale : List.of("en-GB", "zh-CN")) {
            Page shop = chromium.open(360, 740, locale, installation.url("EDGE", path));
            Locator about = shop.getByTestId("about");
            // the file is put there some seconds after the promo was approved
            assertThat(about.locator("strong")).hasText(locale.startsWith("en") ? "clay" : "陶制");
            if (locale.startsWith("en")) {
                assertThat(about.locator("h3")).hasText("Made by hand");
                assertThat(about).containsText("Of clay, <b>no</b> iron.");
                assertThat(about.locator("a")).hasAttribute("href", "https://shop.example/iron");
                shop.getByTestId("language-zh").click();
                assertThat(about.locator("strong")).hasText("陶制");
                shop.getByTestId("language-en").click();
                assertThat(about.locator("strong")).hasText("clay");
            }
            assertThat(new AxeBuilder(shop).analyze().getViolations()).isEmpty();
            Chromium.shoot(shop, "shop-about-" + locale.substring(0, 2) + "-360");
            shop.context().close();
        }
    }

    /** Chosen, cut and sent from the draft. */
    private static void bringPicture(Page page) {
        page.getByTestId("choose-picture").click();
        page.locator("#picture-file")
                .setInputFiles(
                        new FilePayload("notes.txt", "text/plain", "no picture".getBytes(StandardCharsets.UTF_8)));
        assertThat(page.getByTestId("picture-says")).containsText("neither JPEG nor PNG");
        page.locator("#picture-file").setInputFiles(new FilePayload("teapot.png", "image/png", Pictures.teapot()));
        assertThat(page.locator("#picture-canvas")).isVisible();
        assertThat(page.getByTestId("picture-says")).hasText("");
        page.locator("#picture-zoom").fill("40");
        page.locator("#picture-across").press("ArrowLeft");
        page.getByTestId("picture-send").click();
        assertThat(page.getByTestId("picture-says")).containsText("Say what it shows");
        page.locator("#picture-alt-zh").fill("绿色茶壶");
        page.locator("#picture-alt-en").fill("A green teapot");
        Chromium.glance(page, "cms-picture-en-1280");
        assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
        page.getByTestId("picture-send").click();
        assertThat(page.getByTestId("picture-dialog")).isHidden();
        assertThat(page.locator("[name='items[0].image']")).hasValue(Pattern.compile("\\d+"));
        assertThat(page.getByTestId("item-picture").locator("img")).isVisible();
    }

    @Test
    void two_who_write_the_same_draft_see_what_the_other_has_saved() {
        Page first = staff.page(chromium, 1280, 900, "en-GB", "editor");
        first.navigate(installation.url("CMS", "/drafts").toString());
        first.getByTestId("begin").click();
        first.waitForURL("**/drafts/*");
        Page second = staff.page(chromium, 1280, 900, "en-GB", "editor");
        second.navigate(first.url());
        first.locator("[name=name]").fill("Theirs");
        first.getByTestId("save").click();
        assertThat(first.getByTestId("said")).hasText("Saved.");
        second.locator("[name=name]").fill("Mine");
        assertThat(second.getByTestId("not-kept")).hasText("Somebody else has saved. Save to see what differs.");
        second.getByTestId("save").click();
        assertThat(second.getByTestId("difference").first()).containsText("Theirs");
        Chromium.shoot(second, "cms-draft-overtaken-en-1280");
        // by itself nothing goes over what the other has saved
        second.locator("[name=description]").fill("Mine too");
        first.reload();
        assertThat(first.locator("[name=name]")).hasValue("Theirs");
        second.getByTestId("save-over").click();
        assertThat(second.getByTestId("said")).hasText("Saved.");
        first.reload();
        assertThat(first.locator("[name=name]")).hasValue("Mine");
        first.context().close();
        second.context().close();
    }

    @Test
    void an_editor_takes_items_from_a_file_after_seeing_what_it_would_do() {
        Page page = staff.page(chromium, 1280, 900, "en-GB", "editor");
        page.navigate(installation.url("CMS", "/drafts").toString());
        page.getByTestId("begin").click();
        page.waitForURL("**/drafts/*");
        page.locator("[name=name]").fill("From a sheet");
        page.locator("[name='items[0].sku']").fill("SHEET-2");
        page.locator("[name='items[0].price']").fill("2.50");
        page.getByTestId("import").click();
        page.waitForURL("**/import");
        byte[] file = "sku,name,price\nSHEET-1,茶壶,19.999\nSHEET-2,Cup,3".getBytes(Charset.forName("GB18030"));
        page.locator("#file").setInputFiles(new FilePayload("items.csv", "text/csv", file));
        assertThat(page.locator("#sheet")).hasValue(Pattern.compile("茶壶"));
        page.getByTestId("look").click();
        assertThat(page.getByTestId("line")).hasCount(2);
        assertThat(page.getByTestId("looked")).containsText("no more digits than the currency has");
        Chromium.shoot(page, "cms-import-looked-en-1280");
        page.getByTestId("take").click();
        page.waitForURL("**?said=saved");
        assertThat(page.locator("[name=name]")).hasValue("From a sheet");
        assertThat(page.locator("[name='items[0].price']")).hasValue("3");
        assertThat(page.locator("[name='items[1].name']")).hasValue("茶壶");
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
    }

    @Test
    void what_is_typed_outlives_the_session_in_which_it_was_begun() {
        String name = Staff.name("ed");
        String made = staff.add(name, "editor");
        Page page = chromium.open(1280, 900, "en-GB", installation.url("CMS", "/login"));
        Staff.enter(page, name, made);
        Staff.choose(page, made, "seven words of a test");
        page.navigate(installation.url("CMS", "/drafts").toString());
        page.getByTestId("begin").click();
        page.waitForURL("**/drafts/*");
        page.context().clearCookies();
        page.locator("[name=name]").fill("Typed too late");
        assertThat(page.getByTestId("not-kept")).containsText("You are no longer logged in.");
        page.getByTestId("save").click();
        assertThat(page.locator("[name=name]")).hasValue("Typed too late");

        Page window = page.context().newPage();
        window.navigate(installation.url("CMS", "/login").toString());
        Staff.enter(window, name, "seven words of a test");
        window.waitForURL("**/");
        page.getByTestId("save").click();
        assertThat(page.getByTestId("said")).hasText("Saved.");
        assertThat(page.locator("[name=name]")).hasValue("Typed too late");
        page.context().close();
    }

    @Test
    void an_operator_tops_up_pauses_and_ends_a_sale_and_the_shop_follows() {
        try (var sale = new Sale("cms-acts", Terms.of("ACTS", 5).named("Teapot, glass"))) {
            Iterator<Buyer> buyers = sale.buyers(1000, 1).iterator();
            Page page = staff.page(chromium, 1280, 900, "en-GB", "operator");
            page.navigate(installation
                    .url("CMS", "/promos/" + sale.stores().promoOf(sale.sku()))
                    .toString());
            assertThat(page.getByTestId("live")).containsText("Live, as of");
            assertThat(page.getByTestId("held")).hasText("0");
            sale.shop().win(buyers.next(), sale.sku(), 2, "two");
            Awaitility.await("the books have it")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sale.stores().item(sale.sku()).held() == 2);
            // two seconds at most, and the browser looks each second; without a reload
            assertThat(page.getByTestId("held")).hasText("2", new LocatorAssertions.HasTextOptions().setTimeout(4000));
            assertThat(page.getByTestId("available")).hasText("3");
            assertThat(page.getByTestId("answers")).containsText("Reserved");
            // of the others one asked without a login, before the sale, whether the edge knows the goods
            assertThat(page.getByTestId("got")).hasText(Pattern.compile("^1 of [0-9]+ \\([0-9.]+%\\)$"));
            assertThat(page.getByTestId("paid")).hasText("0 of 1 (0%)");
            assertThat(page.getByTestId("queue")).hasText("Nothing");
            assertThat(page.getByTestId("rate")).hasText(Pattern.compile("^[0-9]+$"));
            Chromium.shoot(page, "cms-course-en-1280");
            Locator topUp = act(page, "TOPUP");
            topUp.locator("[name=add]").fill("7");
            topUp.locator("[name=why]").fill("seven more were found");
            Chromium.shoot(page, "cms-top-up-en-1280");
            topUp.locator("form button").click();
            assertThat(page.getByTestId("said")).hasText("The units are on sale.");
            assertThat(page.getByTestId("published")).hasText("12");

            take(page, "PAUSE", "the price is wrong");
            assertThat(page.getByTestId("said")).hasText("Paused. Nobody can buy.");
            assertThat(page.getByTestId("phase")).hasText("Paused");
            awaitCode(sale, buyers, "PAUSED", 8);
            Chromium.shoot(page, "cms-paused-en-1280");
            take(page, "RESUME", "the price is right");
            awaitCode(sale, buyers, "RESERVED", 1);

            LocalDateTime later = LocalDateTime.now(ZoneOffset.UTC).plusHours(3).truncatedTo(ChronoUnit.MINUTES);
            Locator move = act(page, "MOVE");
            move.locator("[name=closes]").fill(later.toString());
            move.locator("[name=why]").fill("it sells well");
            Chromium.shoot(page, "cms-move-end-en-1280");
            move.locator("form button").click();
            assertThat(page.getByTestId("said")).hasText("The end is moved. The edge knows.");
            String closes = "\"closes\":" + later.toInstant(ZoneOffset.UTC).toEpochMilli();
            Awaitility.await("the shop has heard of it")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> Http.send("GET", installation.url("EDGE", "/api/items/" + sale.sku()), null)
                            .body()
                            .contains(closes));

            Buyer machine = buyers.next();
            Page risk = staff.page(chromium, 1280, 900, "zh-CN", "risk");
            risk.navigate(installation
                    .url("CMS", "/promos/" + sale.stores().promoOf(sale.sku()))
                    .toString());
            Locator block = act(risk, "BLOCK");
            block.locator("[name=value]").fill(machine.userId());
            block.locator("[name=reason]").fill("buys by a script");
            Chromium.shoot(risk, "cms-block-zh-1280");
            block.locator("form button").click();
            assertThat(risk.getByTestId("said")).hasText("已加入黑名单，边缘节点已生效。");
            awaitCode(sale, Stream.generate(() -> machine).iterator(), "BLACKLISTED", 1);
            risk.navigate(installation.url("CMS", "/blacklist/import").toString());
            risk.locator("#reason").fill("一伙");
            String ring = "ring-" + System.nanoTime();
            risk.locator("#sheet").fill(ring + "\n" + machine.userId() + "\n不是账户\n");
            risk.getByTestId("look").click();
            assertThat(risk.locator("[data-effect=NEW]")).hasCount(1);
            assertThat(risk.locator("[data-effect=ALREADY]")).hasCount(1);
            assertThat(risk.locator("[data-effect=WRONG]")).hasCount(1);
            Chromium.shoot(risk, "cms-blacklist-looked-zh-1280");
            assertThat(new AxeBuilder(risk).analyze().getViolations()).isEmpty();
            risk.getByTestId("take").click();
            assertThat(risk.getByTestId("said")).hasText("已全部加入黑名单，边缘节点已生效。");
            assertThat(risk.locator("[data-value=" + ring + "]")).hasCount(1);
            risk.context().close();

            Locator end = act(page, "END");
            end.locator("[name=why]").fill("enough");
            end.locator("[name=confirm]").fill("Teapot");
            end.locator("form button").click();
            assertThat(page.getByTestId("said")).containsText("That was not the name of this promo.");
            end = act(page, "END");
            end.locator("[name=why]").fill("enough");
            end.locator("[name=confirm]").fill("Teapot, glass");
            Chromium.shoot(page, "cms-end-en-1280");
            end.locator("form button").click();
            assertThat(page.getByTestId("phase")).hasText("Ended");
            awaitCode(sale, buyers, "ENDED", 8);
            assertThat(chromium.complaints()).isEmpty();
            page.context().close();
        }
    }

    @Test
    void an_operator_decides_what_becomes_of_a_message_that_is_no_order() {
        String token = "no-order-" + System.nanoTime();
        try (var sale = new Sale("cms-parked", Terms.of("CMS-PARKED", 1));
                var postman = new Postman(installation)) {
            postman.send(("{\"this\":\"" + token + "\"}").getBytes(StandardCharsets.UTF_8));
            Awaitility.await("it is parked")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> parked(sale, token).size() == 1);
            long id = parked(sale, token).get(0);
            Page page = staff.page(chromium, 1280, 900, "en-GB", "operator");
            page.locator("nav >> text=Reconciliation").click();
            Locator message = page.locator("[data-testid=parked][data-id='" + id + "']");
            message.getByText("What it says").click();
            assertThat(message.locator("pre")).containsText(token);
            decide(message, "REPLAY", "the item is back");
            assertThat(page.getByTestId("said")).containsText("Message " + id + ":");
            awaitOutcome(sale, id, "PARKED");
            page.navigate(installation.url("CMS", "/reconciliation").toString());
            assertThat(message.getByTestId("word")).containsText("Deliver again");
            assertThat(message.getByTestId("word")).containsText("It cannot become an order still");
            Locator discard = message.locator("[data-act=DISCARD]");
            discard.locator("summary").click();
            discard.locator("[name=why]").fill("a test sent it");
            discard.locator("[name=confirm]").fill(Long.toString(id));
            Chromium.shoot(page, "cms-parked-en-1280");
            assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
            discard.locator("form button").click();
            assertThat(page.getByTestId("said")).containsText("Message " + id + ":");
            awaitOutcome(sale, id, "DISCARDED");
            page.navigate(installation.url("CMS", "/reconciliation").toString());
            assertThat(message).hasCount(0);
            assertThat(page.getByTestId("latest")).containsText("Discarded.");
            page.setViewportSize(768, 1000);
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .isLessThanOrEqualTo(768);
            Chromium.shoot(page, "cms-decided-en-768");
            assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
            assertThat(chromium.complaints()).isEmpty();
            page.context().close();
        }
    }

    private static List<Long> parked(Sale sale, String token) {
        return sale.stores()
                .query(
                        "SELECT id FROM parked_message WHERE resolved_at IS NULL AND body LIKE ?",
                        row -> row.getLong(1),
                        "%" + token + "%");
    }

    private static void decide(Locator matter, String verdict, String why) {
        Locator act = matter.locator("[data-act=" + verdict + "]");
        act.locator("summary").click();
        act.locator("[name=why]").fill(why);
        act.locator("form button").click();
    }

    private static void awaitOutcome(Sale sale, long message, String outcome) {
        Awaitility.await("the consumer carries it out")
                .atMost(Duration.ofSeconds(20))
                .until(() -> sale.stores()
                        .query(
                                "SELECT outcome FROM judgement WHERE matter = 'MESSAGE' AND matter_id = ? ORDER BY id DESC LIMIT 1",
                                row -> outcome.equals(row.getString(1)),
                                message)
                        .equals(List.of(true)));
    }

    /** As many in a row hear it, so that each worker of the edge has said it; always others, whom nothing throttles. */
    private static void awaitCode(Sale sale, Iterator<Buyer> buyers, String code, int inARow) {
        Awaitility.await(code)
                .atMost(Duration.ofSeconds(3))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> IntStream.range(0, inARow)
                        .allMatch(i -> code.equals(sale.shop()
                                .buyNow(buyers.next(), sale.sku(), 1, "once")
                                .code())));
    }

    private static Locator act(Page page, String name) {
        Locator act = page.locator("[data-testid=act][data-act=" + name + "]");
        act.locator("summary").click();
        return act;
    }

    private static void take(Page page, String name, String why) {
        Locator act = act(page, name);
        act.locator("[name=why]").fill(why);
        act.locator("form button").click();
    }

    @Test
    void each_page_is_readable_by_everybody_at_each_width_in_both_languages() {
        try (var sale = new Sale(
                "cms",
                Terms.of("CMS", 40).limit(2).named("Teapot, cast iron"),
                Terms.of("CMS-SOON", 5)
                        .named("Teapot, porcelain")
                        .window(Instant.now().plusSeconds(1800), Instant.now().plusSeconds(3600)))) {
            var buyer = sale.buyer();
            String order = sale.shop().win(buyer, sale.sku(), 2, "once").id();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sale.stores().order(sale.sku(), order).isPresent());
            String promo = sale.stores().promoOf(sale.sku());
            var judged = new SoftAssertions();
            for (String locale : List.of("en-GB", "zh-CN")) {
                Page page = staff.page(chromium, 768, 1000, locale, "administrator");
                page.navigate(installation.url("CMS", "/drafts").toString());
                page.getByTestId("begin").click();
                page.waitForURL("**/drafts/*");
                String draft = page.url().replaceFirst(".*(/drafts/)", "$1");
                Map.ofEntries(
                                Map.entry("drafts", "/drafts"),
                                Map.entry("draft", draft + "?check"),
                                Map.entry("import", draft + "/import"),
                                Map.entry("images", "/images"),
                                Map.entry("lists", "/lists"),
                                Map.entry("previews", "/previews"),
                                Map.entry("promos", "/"),
                                Map.entry("promo", "/promos/" + promo),
                                Map.entry("orders", "/orders?word=" + sale.sku()),
                                Map.entry("order", "/orders/" + order),
                                Map.entry("people", "/people"),
                                Map.entry("blacklist", "/blacklist"),
                                Map.entry("traffic", "/traffic"),
                                Map.entry("decisions", "/decisions?word=u1"),
                                Map.entry("blacklist-import", "/blacklist/import"),
                                Map.entry("audit", "/audit"),
                                Map.entry("reconciliation", "/reconciliation"),
                                Map.entry("password", "/password"),
                                Map.entry("not-here", "/promos/999999999"),
                                Map.entry("login", "/login"))
                        .forEach((name, path) -> {
                            page.navigate(installation.url("CMS", path).toString());
                            for (int width : List.of(768, 1280, 1920)) {
                                page.setViewportSize(width, 1000);
                                judged.assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                                        .as("%s %s %d", path, locale, width)
                                        .isLessThanOrEqualTo(width);
                                Chromium.shoot(page, "cms-" + name + "-" + locale.substring(0, 2) + "-" + width);
                            }
                            judged.assertThat(new AxeBuilder(page).analyze().getViolations())
                                    .as("%s %s", path, locale)
                                    .isEmpty();
                        });
                judged.assertThat(chromium.complaints()).isEmpty();
                page.context().close();
            }
            judged.assertAll();
        }
    }
}
