package io.flashsale.e2e.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Staff;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The charts of the CMS in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChartsIT {

    private final Installation installation = Installation.fromEnvironment();
    private final Chromium chromium = new Chromium();

    @AfterAll
    void close() {
        chromium.close();
    }

    @Test
    void somebody_logs_in_and_sees_every_panel_of_every_dashboard() {
        Page page = new Staff(installation).page(chromium, 1440, 900, "en-GB", "auditor");
        page.navigate(installation.url("CMS", "/monitor").toString());
        assertThat(page).hasTitle("Flashsale: Sale");

        for (String dashboard : List.of("sale", "edge", "order-path", "dependencies")) {
            page.navigate(installation.url("CMS", "/monitor/" + dashboard).toString());
            assertThat(page.locator(".drawing:empty")).hasCount(0, within());
            assertThat(page.locator("section canvas").count()).isGreaterThan(2);
            assertThat(page.locator("#problem")).isEmpty();
            Chromium.shoot(page, "charts-" + dashboard);
        }
        assertThat(chromium.complaints()).as("what no script caught").isEmpty();
        assertThat(chromium.loggedErrors())
                .as("what the browser's console said")
                .isEmpty();
    }

    private static LocatorAssertions.HasCountOptions within() {
        return new LocatorAssertions.HasCountOptions().setTimeout(Chromium.PATIENCE_MS);
    }
}
