package io.flashsale.cms.reconcile;

import io.flashsale.cms.web.Page;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
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

    /**
     * Where the stores were seen to differ.
     *
     * @param repaired whether it is when somebody approves it; otherwise it is taken as it is
     */
    record Finding(
            long id,
            String sku,
            String kind,
            @Nullable String order,
            String detail,
            boolean repaired,
            Instant firstSeen,
            Instant lastSeen) {

        private static Finding of(ReconcileMapper.Finding row) {
            return new Finding(
                    row.id(),
                    row.sku(),
                    row.kind(),
                    row.subject().equals("-") ? null : row.subject(),
                    row.detail(),
                    !row.repair().equals("NONE"),
                    row.firstSeen().toInstant(ZoneOffset.UTC),
                    row.lastSeen().toInstant(ZoneOffset.UTC));
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
        List<ReconcileMapper.Finding> findings = books.findings(SHOWN + 1);
        List<ReconcileMapper.Parked> parked = books.parked(SHOWN + 1);
        model.addAttribute(
                "findings", findings.stream().limit(SHOWN).map(Finding::of).toList());
        model.addAttribute(
                "parked", parked.stream().limit(SHOWN).map(Parked::of).toList());
        model.addAttribute("more", findings.size() > SHOWN || parked.size() > SHOWN);
        return "reconciliation";
    }
}
