package io.flashsale.e2e.checker;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Judges a settled run: load stopped, faults healed, queues dry, hold time and grace past for what should have expired.
 * Pure: the same run gives the same verdict.
 */
public final class Checker {

    public static Verdict check(Run run) {
        var findings = new Findings();
        for (Offer offer : run.offers()) {
            Optional<Dump.Item> item = run.dump().items().stream()
                    .filter(i -> i.sku().equals(offer.sku()))
                    .max(Comparator.comparingLong(Dump.Item::id));
            if (item.isEmpty()) {
                findings.add("INV-01", "%s is in no row of promo_item", offer.sku());
                continue;
            }
            var scene = new Scene(offer, run, item.get());
            StockChecks.check(scene, findings);
            StoreChecks.check(scene, findings);
            OrderChecks.check(scene, findings);
            RequestChecks.check(scene, findings);
            ReadingChecks.check(scene, findings);
            MoneyChecks.check(scene, findings);
        }
        if (run.dump().effectsDue() > 0) {
            findings.add(
                    "INV-04",
                    "%d effects that MySQL owes Redis are due and not carried",
                    run.dump().effectsDue());
        }
        run.dump()
                .parked()
                .forEach(p ->
                        findings.add("INV-16", "message %d (order %s) is parked: %s", p.id(), p.orderId(), p.reason()));
        return verdict(run, findings.all());
    }

    private static Verdict verdict(Run run, List<Finding> findings) {
        long ok = count(run, Attempt.Kind.OK);
        String summary = "%d attempts: %d ok, %d refused, %d unknown; %d orders, %d ledger rows, %d findings"
                .formatted(
                        run.attempts().size(),
                        ok,
                        count(run, Attempt.Kind.FAIL),
                        count(run, Attempt.Kind.UNKNOWN),
                        run.dump().orders().size(),
                        run.dump().ledger().size(),
                        findings.size());
        if (!findings.isEmpty()) {
            return new Verdict(Verdict.Status.RED, findings, summary);
        }
        return new Verdict(ok == 0 ? Verdict.Status.UNKNOWN : Verdict.Status.GREEN, findings, summary);
    }

    private static long count(Run run, Attempt.Kind kind) {
        return run.attempts().stream().filter(a -> a.kind() == kind).count();
    }

    private Checker() {}
}
