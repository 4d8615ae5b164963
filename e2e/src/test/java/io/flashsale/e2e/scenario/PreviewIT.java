package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.LoadState;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A promo that is not on sale yet, in the shop's own pages, by a link. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreviewIT {

    /** What the page makes of each state that can be chosen. */
    private static final Map<String, String> PHASES = new LinkedHashMap<>();

    static {
        PHASES.put("coming", "coming");
        PHASES.put("starting", "coming");
        PHASES.put("live", "live");
        PHASES.put("low", "live");
        PHASES.put("reserved", "reserved");
        PHASES.put("sold", "sold");
        PHASES.put("paused", "paused");
        PHASES.put("over", "over");
    }

    /** What a press ends as, and as which state of a purchase. */
    private static final Map<String, String> ENDS = Map.of(
            "placed", "placed",
            "paid", "paid",
            "pending", "pending",
            "LIMIT_REACHED", "refused",
            "NOT_ELIGIBLE", "refused",
            "THROTTLED", "retrying",
            "BUSY", "retrying",
            "NO_ANSWER", "refused",
            "expired", "expired");

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();
    private final Staff staff = new Staff(installation);

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void a_reviewer_sees_each_state_in_both_languages_and_nothing_is_asked_for() {
        Terms terms = Terms.of("PREVIEW", 40)
                .named("Teapot, not yet")
                .window(Instant.now().plusSeconds(7200), Instant.now().plusSeconds(10_800));
        String promo = new Operator(installation).draft(terms);
        Page reviewer = staff.page(chromium, 1280, 900, "en-GB", "reviewer");
        reviewer.navigate(installation.url("CMS", "/promos/" + promo).toString());
        reviewer.getByTestId("preview").click();
        String link = reviewer.getByTestId("link").inputValue();
        assertThat(link).startsWith(installation.url("EDGE", "/preview/").toString());
        assertThat(new AxeBuilder(reviewer).analyze().getViolations()).isEmpty();
        Chromium.shoot(reviewer, "cms-preview-made-en-1280");

        var judged = new SoftAssertions();
        for (String locale : List.of("en-GB", "zh-CN")) {
            Page page = chromium.open(360, 800, locale, URI.create(link));
            List<String> asked = new ArrayList<>();
            page.onRequest(request -> asked.add(request.url().replaceFirst("^https?://[^/]+", "")));
            assertThat(page.getByTestId("item")).hasAttribute("data-sku", terms.sku());
            for (var each : PHASES.entrySet()) {
                page.getByTestId("preview-state").selectOption(each.getKey());
                assertThat(page.getByTestId("item")).hasAttribute("data-phase", each.getValue());
                Chromium.shoot(page, "preview-" + each.getKey() + "-" + locale.substring(0, 2) + "-360");
                judged.assertThat(new AxeBuilder(page).analyze().getViolations())
                        .as("%s %s", each.getKey(), locale)
                        .isEmpty();
            }
            page.getByTestId("preview-state").selectOption("live");
            var said = new HashSet<String>();
            ENDS.forEach((chosen, state) -> {
                page.getByTestId("preview-outcome").selectOption(chosen);
                page.getByTestId("buy").click();
                assertThat(page.getByTestId("item")).hasAttribute("data-state", state);
                assertThat(page.getByTestId("outcome")).hasText(Pattern.compile(".+"));
                said.add(page.getByTestId("outcome").textContent());
            });
            judged.assertThat(said).as("each has its words").hasSize(ENDS.size());
            judged.assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                    .isLessThanOrEqualTo(360);
            judged.assertThat((Boolean) page.evaluate("document.querySelector('[data-testid=orders]')"
                            + ".dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))"))
                    .as("a link leads somewhere")
                    .isFalse();
            judged.assertThat(asked).allMatch(path -> path.matches("/(assets|media)/.*|/api/(previews/.*|session)"));
            page.context().close();
        }
        judged.assertAll();

        Page page = chromium.open(360, 800, "en-GB", URI.create(link));
        assertThat(page.getByTestId("item")).isVisible();
        reviewer.getByTestId("withdraw").first().click();
        assertThat(reviewer.getByTestId("said")).hasText("The link opens nothing any more.");
        page.reload();
        page.waitForLoadState(LoadState.LOAD);
        assertThat(page.getByTestId("gone")).isVisible();
        assertThat(page.getByTestId("item")).hasCount(0);
        assertThat(Http.send("GET", installation.url("EDGE", "/api/items/" + terms.sku()), null)
                        .status())
                .isEqualTo(404);
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
        reviewer.context().close();
    }
}
