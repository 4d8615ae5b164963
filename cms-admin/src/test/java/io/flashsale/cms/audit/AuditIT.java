package io.flashsale.cms.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The audit log as auditors read it. */
class AuditIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor auditor;

    @BeforeAll
    static void start() {
        cms = Cms.start().carrying();
        auditor = Visitor.of(cms, "audrey", "AUDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void who_did_what_from_where_and_why_is_read_and_found() {
        String promo = cms.post(
                        "/api/admin/promos",
                        """
                        {"publish":true,"name":"<script>alert(1)</script>","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"AUDIT",\
                        "name":"Thing","priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                .formatted(Instant.now(), Instant.now().plusSeconds(3600)))
                .body()
                .get("id")
                .asString();
        Visitor operator = Visitor.of(cms, "oleg", "OPERATOR");
        operator.get("/password");
        operator.post("/promos/" + promo + "/pause", Map.of("why", "a <i>wrong</i> price"));

        String page = auditor.get("/audit").body();
        assertThat(page)
                .contains(
                        "Promo paused",
                        "a &lt;i&gt;wrong&lt;/i&gt; price",
                        "127.0.0.1",
                        "href=\"/promos/" + promo + "\"",
                        "&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert", "<i>wrong");
        assertThat(entries(
                        auditor.get("/audit?actor=oleg&subject=promo:" + promo).body()))
                .isEqualTo(1);
        assertThat(auditor.get("/audit?subject=promo:" + promo).body())
                .contains("Promo published", "Promo paused", "operator")
                .doesNotContain("Password changed");
        assertThat(auditor.get("/audit?actor=nobody").body()).contains("data-testid=\"none\"");
        assertThat(auditor.get("/audit?before=x").statusCode()).isEqualTo(400);
    }

    @Test
    void older_ones_are_on_pages_of_their_own_and_none_is_left_out() {
        for (int i = 0; i < 120; i++) {
            cms.rows(
                    "INSERT INTO audit_log (actor, action, subject, detail, created_at) VALUES ('many', 'ODD_THING', 'x:1', '{}', UTC_TIMESTAMP(3))");
        }
        int seen = 0;
        String path = "/audit?actor=many";
        while (!path.isEmpty()) {
            String page = auditor.get(path).body();
            assertThat(page).contains("ODD_THING");
            seen += entries(page);
            var older = Pattern.compile(
                            "href=\"([^\"]+)\"[^>]*data-testid=\"older\"|data-testid=\"older\"[^>]*href=\"([^\"]+)\"")
                    .matcher(page);
            path = older.find()
                    ? (older.group(1) + older.group(2)).replace("null", "").replace("&amp;", "&")
                    : "";
        }
        assertThat(seen).isEqualTo(120);
    }

    private static int entries(String page) {
        return page.split("data-testid=\"entry\"", -1).length - 1;
    }
}
