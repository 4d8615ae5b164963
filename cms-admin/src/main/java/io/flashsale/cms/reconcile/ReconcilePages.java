package io.flashsale.cms.reconcile;

import io.flashsale.cms.web.Page;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * {@code /reconciliation}: what waits for a person to judge. Judging is done on the machine, by {@code ./flashsale reconcile} and
 * {@code ./flashsale dlq}, which ask the services that own the stock and the queue; the page names the command.
 */
@Page
class ReconcilePages {

    private static final int SHOWN = 100;

    private final ReconcileMapper books;

    ReconcilePages(ReconcileMapper books) {
        this.books = books;
    }

    /** Where the stores were seen to differ. */
    record Finding(
            long id,
            String sku,
            String kind,
            @Nullable String order,
            String detail,
            Instant firstSeen,
            Instant lastSeen,
            int timesSeen) {

        private static Finding of(ReconcileMapper.Finding row) {
            return new Finding(
                    row.id(),
                    row.sku(),
                    row.kind(),
                    row.subject().equals("-") ? null : row.subject(),
                    row.detail(),
                    row.firstSeen().toInstant(ZoneOffset.UTC),
                    row.lastSeen().toInstant(ZoneOffset.UTC),
                    row.timesSeen());
        }
    }

    /** A message that became no order. */
    record Parked(long id, @Nullable String order, @Nullable String sku, String reason, Instant since) {

        private static Parked of(ReconcileMapper.Parked row) {
            return new Parked(
                    row.id(),
                    row.orderId(),
                    row.sku(),
                    row.reason(),
                    row.createdAt().toInstant(ZoneOffset.UTC));
        }
    }

    @GetMapping("/reconciliation")
    String list(Model model) {
        model.addAttribute(
                "findings", books.findings(SHOWN).stream().map(Finding::of).toList());
        model.addAttribute(
                "parked", books.parked(SHOWN).stream().map(Parked::of).toList());
        return "reconciliation";
    }
}
