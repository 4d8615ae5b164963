package io.flashsale.e2e.client;

import com.microsoft.playwright.Page;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** People who work in the CMS, let in by {@code ./flashsale people} as a newcomer would be. */
public final class Staff {

    private static final Pattern MADE = Pattern.compile("with ([a-z0-9]{5}(?:-[a-z0-9]{5}){3})\\b");

    private final Installation installation;
    private final Operator operator;

    public Staff(Installation installation) {
        this.installation = installation;
        this.operator = new Operator(installation);
    }

    /** Somebody of this role, whose name is new. @return the password that was made, good for choosing another */
    public String add(String name, String role) {
        return made(operator.flashsale("people", "add", name, role));
    }

    public String reset(String name) {
        return made(operator.flashsale("people", "reset", name));
    }

    private static String made(Operator.Ended ended) {
        Matcher made = MADE.matcher(ended.output());
        if (ended.exit() != 0 || !made.find()) {
            throw new IllegalStateException(ended.output());
        }
        return made.group(1);
    }

    /** A name that nobody has. */
    public static String name(String beginning) {
        return beginning + "-" + Long.toString(System.nanoTime(), 36).toLowerCase(Locale.ROOT);
    }

    /** A page of the CMS on which somebody of this role has logged in and chosen a password. */
    public Page page(Chromium chromium, int width, int height, String locale, String role) {
        String name = name("staff");
        String password = add(name, role);
        Page page = chromium.open(width, height, locale, installation.url("CMS", "/login"));
        enter(page, name, password);
        page.waitForURL("**/password");
        choose(page, password, "seven words of a test");
        page.waitForURL("**/?changed");
        return page;
    }

    public static void enter(Page page, String name, String password) {
        page.locator("[name=name]").fill(name);
        page.locator("[name=password]").fill(password);
        page.locator("main button").click();
    }

    public static void choose(Page page, String old, String chosen) {
        page.locator("[name=old]").fill(old);
        page.locator("[name=password]").fill(chosen);
        page.locator("[name=again]").fill(chosen);
        page.locator("main button").click();
    }
}
