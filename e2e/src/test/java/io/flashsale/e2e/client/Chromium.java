package io.flashsale.e2e.client;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ScreenshotAnimations;
import com.microsoft.playwright.options.ViewportSize;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The distribution's Chromium. Each page is a visitor of its own, without a past. Where {@code TEST_PICTURES} is {@code yes}, pictures are
 * left in {@code target/screens}: there are hundreds, and each takes half a second.
 */
public final class Chromium implements AutoCloseable {

    public static final double PATIENCE_MS = 20_000;

    static {
        // what must be quicker says so itself
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    }

    private static final Path SCREENS = Path.of("target", "screens");
    private static final boolean PICTURES = "yes".equals(System.getenv("TEST_PICTURES"));

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser = playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of("/usr/bin/chromium"))
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")));
    private final List<String> complaints = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();

    /** A visitor that is like no other, which the caller closes. */
    public BrowserContext context(Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(PATIENCE_MS);
        return context;
    }

    /** @param locale what the visitor's browser speaks, {@code en-GB} */
    public Page open(int width, int height, String locale, URI url) {
        return open(width, height, locale, url, context -> {});
    }

    /** @param first what is done with the browser before it opens the page */
    public Page open(int width, int height, String locale, URI url, Consumer<BrowserContext> first) {
        BrowserContext context = context(new Browser.NewContextOptions()
                .setViewportSize(new ViewportSize(width, height))
                .setLocale(locale));
        first.accept(context);
        Page page = context.newPage();
        complaints.clear();
        logged.clear();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                logged.add(message.text());
            }
        });
        page.navigate(url.toString());
        return page;
    }

    /** Errors that no script of the last visitor's page caught. */
    public List<String> complaints() {
        return complaints;
    }

    /** What the last visitor's console has as errors: each answer above 399, too, which may be just what was asked for. */
    public List<String> loggedErrors() {
        return logged;
    }

    /** Of the whole page, however long it is. */
    public static void shoot(Page page, String name) {
        picture(page, name, true);
    }

    /** Of what a visitor sees without moving. */
    public static void glance(Page page, String name) {
        picture(page, name, false);
    }

    private static void picture(Page page, String name, boolean whole) {
        if (PICTURES) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(SCREENS.resolve(name + ".png"))
                    .setAnimations(ScreenshotAnimations.DISABLED)
                    .setFullPage(whole));
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
