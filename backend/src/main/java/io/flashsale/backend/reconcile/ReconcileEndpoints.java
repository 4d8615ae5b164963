package io.flashsale.backend.reconcile;

import io.flashsale.backend.reconcile.FindingMapper.Finding;
import io.flashsale.backend.web.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /internal/reconcile?dryRun=true|false}: looks at all live items now, as JSON or, with {@code Accept: text/plain},
 * as lines {@code SKU, outcome, kind, order, detail}. {@code GET /internal/findings}: what waits for a person.
 * {@code POST /internal/findings/{id}/approve} with {@code {"by"}}.
 */
@RestController
final class ReconcileEndpoints {

    private final Reconciler reconciler;

    ReconcileEndpoints(Reconciler reconciler) {
        this.reconciler = reconciler;
    }

    record Approval(@Nullable String by) {}

    @PostMapping(path = "/internal/reconcile", produces = MediaType.APPLICATION_JSON_VALUE)
    List<Reconciler.Report> reconcile(@RequestParam(defaultValue = "false") boolean dryRun)
            throws InterruptedException {
        return reconciler.reconcile(dryRun);
    }

    @PostMapping(path = "/internal/reconcile", produces = MediaType.TEXT_PLAIN_VALUE)
    String lines(@RequestParam(defaultValue = "false") boolean dryRun) throws InterruptedException {
        var text = new StringBuilder();
        for (var report : reconciler.reconcile(dryRun)) {
            if (report.skipped() != null) {
                line(text, report.sku(), "SKIPPED", "-", "-", report.skipped());
            } else if (report.differences().isEmpty()) {
                line(text, report.sku(), "AGREES", "-", "-", report.orders() + " reservations compared");
            }
            for (var each : report.differences()) {
                line(text, report.sku(), each.outcome(), each.kind(), each.subject(), each.detail());
            }
        }
        return text.toString();
    }

    @GetMapping(path = "/internal/findings", produces = MediaType.APPLICATION_JSON_VALUE)
    List<Finding> findings() {
        return reconciler.open();
    }

    @GetMapping(path = "/internal/findings", produces = MediaType.TEXT_PLAIN_VALUE)
    String findingLines() {
        var text = new StringBuilder();
        for (Finding each : reconciler.open()) {
            line(text, Long.toString(each.id()), each.sku(), each.kind(), each.subject(), each.detail());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String... fields) {
        text.append(String.join("\t", fields)).append('\n');
    }

    @PostMapping("/internal/findings/{id}/approve")
    Finding approve(@PathVariable long id, @RequestBody Approval approval) {
        String by = approval.by();
        if (by == null || by.isBlank() || by.length() > 64) {
            throw Refusal.badRequest("by", "who does this, 1 to 64 characters");
        }
        Finding finding = reconciler.approve(id, by);
        if (finding == null) {
            throw Refusal.of(404, "UNKNOWN_FINDING", "There is no finding " + id + ".");
        }
        return finding;
    }
}
