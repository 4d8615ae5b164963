package io.flashsale.cms.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What waits for a person is seen by one. */
class ReconcileIT {

    @Test
    void open_findings_and_parked_messages_are_listed_with_the_command_that_settles_them_and_no_others() {
        try (Cms cms = Cms.start()) {
            Visitor auditor = Visitor.of(cms, "audrey", "AUDITOR");
            assertThat(auditor.get("/reconciliation").body())
                    .contains("data-testid=\"no-findings\"", "data-testid=\"no-parked\"");

            String promo = cms.post(
                            "/api/admin/promos",
                            """
                            {"name":"Promo","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"RECON","name":"Thing",\
                            "priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                    .formatted(Instant.now(), Instant.now().plusSeconds(3600)))
                    .body()
                    .get("id")
                    .asString();
            String item = cms.value("SELECT id FROM promo_item WHERE promo_id = ?", promo);
            finding(cms, item, "LEDGER", "held-0001", "NONE", "OPEN");
            finding(cms, item, "LOST", "lost-0002", "RESEND", "REPAIRED");
            finding(cms, item, "ORDERS", "gone-0003", "NONE", "GONE");
            parked(cms, "m1", "kept-0004", "NULL");
            parked(cms, "m2", "done-0005", "UTC_TIMESTAMP(3)");
            String page = auditor.get("/reconciliation").body();
            assertThat(page)
                    .contains(
                            "MySQL’s counters are not the sums of its ledger",
                            "takes it as it is",
                            "href=\"/orders/held-0001\"",
                            "&lt;b&gt;odd&lt;/b&gt;",
                            "kept-0004")
                    .contains("./flashsale reconcile --approve "
                            + cms.value("SELECT id FROM finding WHERE subject = 'held-0001'"))
                    .contains("./flashsale dlq show "
                            + cms.value("SELECT id FROM parked_message WHERE order_id = 'kept-0004'"))
                    .doesNotContain("lost-0002", "gone-0003", "done-0005", "<b>odd");
        }
    }

    private static void finding(Cms cms, String item, String kind, String order, String repair, String state) {
        cms.rows(
                "INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen)"
                        + " VALUES (?, ?, ?, '<b>odd</b>', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
                item,
                kind,
                order,
                repair,
                state);
    }

    private static void parked(Cms cms, String message, String order, String resolved) {
        cms.rows(
                "INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, order_id, body, reason, created_at, resolved_at)"
                        + " VALUES (?, 'flashsale-orders', 0, 1, ?, 'x', 'not JSON', UTC_TIMESTAMP(3), " + resolved
                        + ")",
                message,
                order);
    }
}
