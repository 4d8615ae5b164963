package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Goods that are for a list alone, from the sheet of an editor to a shopper who is not on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListIT {

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();
    private final Staff staff = new Staff(installation);

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void only_who_is_on_the_list_sees_the_goods_and_buys_them() {
        List<Buyer> people = new Operator(installation).buyers(2, 1, Staff.name("guest") + "-");
        Buyer guest = people.get(0);
        Buyer other = people.get(1);
        long list = bring(guest.userId());
        try (var sale = new Sale("list", Terms.of("GUESTS", 3).limit(1).onlyFor(list))) {
            sale.know(people);
            for (String path : List.of("/item/" + sale.sku(), "/api/items/" + sale.sku())) {
                assertThat(status(path, guest)).as(path).isEqualTo(200);
                assertThat(status(path, other)).as(path).isEqualTo(404);
            }
            assertThat(sale.shop().outcome(other, sale.sku(), 1, "not-invited").code())
                    .isEqualTo("NOT_ELIGIBLE");
            sale.shop().win(guest, sale.sku(), 1, "invited");
            assertThat(sale.shop().outcome(guest, sale.sku(), 1, "once-more").code())
                    .isEqualTo("LIMIT_REACHED");
            assertThat(sale.shop().win(guest, sale.sku(), 1, "invited").code()).isEqualTo("RESERVED");
            Verdict verdict = sale.verdict();
            assertThat(verdict.findings()).as("%s", verdict).isEmpty();
            assertThat(sale.stores().orders(sale.sku())).hasSize(1);
        }
        assertThat(chromium.complaints()).isEmpty();
    }

    private int status(String path, Buyer buyer) {
        return Http.send(
                        "GET",
                        installation.url("EDGE", path),
                        null,
                        "Accept",
                        path.startsWith("/api") ? "application/json" : "text/html",
                        "Cookie",
                        "session=" + buyer.session())
                .status();
    }

    /** An editor's sheet with an account of this shop and one that is not there yet, after one that could not be read. */
    private long bring(String user) {
        Page page = staff.page(chromium, 1280, 900, "en-GB", "editor");
        page.locator("nav >> text=Lists").click();
        page.locator("#name").fill("Friends of tea");
        page.locator("#file").setInputFiles(sheet("userID,name\n" + user + ",Ann\nno account,Bob\n"));
        page.getByTestId("keep").click();
        assertThat(page.getByTestId("said")).containsText(": 3. Nothing was kept.");
        Chromium.shoot(page, "cms-list-lines-en-1280");
        assertThat(page.locator("#name")).hasValue("Friends of tea");
        page.locator("#file").setInputFiles(sheet("userID,name\n" + user + ",Ann\n" + user + "-friend,Bob\n"));
        page.getByTestId("keep").click();
        page.waitForURL("**/lists/*?done=KEPT");
        assertThat(page.getByTestId("without")).containsText("One of them has no account in this shop");
        page.locator("#user").fill(user);
        page.getByTestId("ask").click();
        assertThat(page.getByTestId("answer")).hasText(user + " is on it.");
        assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
        Chromium.shoot(page, "cms-list-en-1280");
        String url = page.url();
        page.context().close();
        return Long.parseLong(url.replaceAll(".*/lists/(\\d+).*", "$1"));
    }

    @Test
    void who_brings_a_long_list_sees_how_far_it_is_and_has_it_stop() throws SQLException {
        Page page = staff.page(chromium, 1280, 900, "en-GB", "editor");
        String many = IntStream.range(0, 3_000).mapToObj(n -> "far-" + n).collect(Collectors.joining("\n"));
        try (Connection other = DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + installation.port("MYSQL") + "/flashsale",
                "cms",
                installation.secret("mysql-cms"))) {
            holdBack(other, "far-1500");
            page.locator("nav >> text=Lists").click();
            page.locator("#name").fill("A long one");
            page.locator("#file").setInputFiles(sheet(many));
            page.getByTestId("keep").click();
            page.waitForURL("**/works/*");
            assertThat(page.locator("#work-done")).hasText("1,000");
            assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
            Chromium.shoot(page, "cms-work-en-1280");
            page.getByTestId("stop").click();
            assertThat(page.getByTestId("said")).hasText("It is being stopped. Nothing of it will be kept.");
            other.rollback();
            // by itself
            assertThat(page.getByTestId("said")).hasText("It was stopped. Nothing of it was kept.");
        }
        page.locator("nav >> text=Lists").click();
        assertThat(page.getByTestId("works")).containsText("A long one stopped");
        assertThat(page.getByTestId("list").filter(new Locator.FilterOptions().setHasText("A long one")))
                .hasCount(0);
        assertThat(chromium.complaints()).isEmpty();
        page.context().close();
    }

    /** Whoever writes this account into one of the next lists waits until this transaction is over. */
    private static void holdBack(Connection other, String user) throws SQLException {
        // At which a row that is read only is not held back, as the numbers of lists are here.
        other.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        other.setAutoCommit(false);
        try (Statement statement = other.createStatement()) {
            statement.execute("SET SESSION foreign_key_checks = 0");
            statement.execute("INSERT INTO eligibility_member (list_id, user_id) SELECT (SELECT COALESCE(MAX(id), 0)"
                    + " FROM eligibility_list) + n, '" + user + "' FROM (" + next(30) + ") AS next");
        }
    }

    private static String next(int most) {
        return IntStream.rangeClosed(1, most)
                .mapToObj(n -> "SELECT " + n + " AS n")
                .collect(Collectors.joining(" UNION ALL "));
    }

    private static FilePayload sheet(String text) {
        return new FilePayload("guests.csv", "text/csv", text.getBytes(StandardCharsets.UTF_8));
    }
}
