package io.flashsale.backend.reconcile;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.reconcile.FindingMapper.Finding;
import io.flashsale.backend.reconcile.FindingMapper.Judgement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Carries out what people decided of findings in the CMS, which writes it into MySQL. Any number of backends may do so at once: what one
 * has done the others find done.
 */
@Component
class Judgements extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final FindingMapper findings;
    private final Reconciler reconciler;

    Judgements(FindingMapper findings, Reconciler reconciler) {
        super("judgements", EVERY);
        this.findings = findings;
        this.reconciler = reconciler;
    }

    @Override
    protected void run() {
        RuntimeException failure = null;
        for (Judgement judgement : findings.judgements()) {
            try {
                carryOut(judgement);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure; // and the others are not kept waiting
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void carryOut(Judgement judgement) {
        String outcome =
                outcome(judgement, reconciler.approve(judgement.findingId(), judgement.by(), judgement.seen()));
        if (outcome != null) {
            findings.carried(judgement.id(), outcome);
        }
    }

    /** @return null where it is to be tried again: the queue did not take the order */
    private static @Nullable String outcome(Judgement judgement, @Nullable Finding after) {
        if (after == null) {
            return "GONE";
        }
        if (!after.state().equals("OPEN")) {
            return after.state();
        }
        return after.detail().equals(judgement.seen()) ? null : "CHANGED";
    }
}
