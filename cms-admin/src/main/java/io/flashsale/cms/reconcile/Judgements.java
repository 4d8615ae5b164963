package io.flashsale.cms.reconcile;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.stock.Carrying;
import io.flashsale.cms.web.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;

/**
 * A person's word on what waits for one. It is written down with its reason, and carried out by the service that owns the matter, the backend
 * or order-consumer, within seconds if it is there.
 */
@Component
class Judgements {

    private static final String FINDING = "FINDING";
    private static final String MESSAGE = "MESSAGE";

    /** What a message may come to. */
    enum Verdict {
        REPLAY,
        DISCARD
    }

    private final ReconcileMapper books;
    private final Changes changes;
    private final Carrying carrying;

    Judgements(ReconcileMapper books, Changes changes, Carrying carrying) {
        this.books = books;
        this.changes = changes;
        this.carrying = carrying;
    }

    /**
     * The repair that the finding names, or, where there is none, that it stays as it is.
     *
     * @param seen its detail as it was read: of another one this is no word
     * @return the judgement's id
     * @throws Refusal 409 SETTLED_ALREADY, FINDING_CHANGED, JUDGED_ALREADY
     */
    long approve(Actor actor, long id, String seen) {
        return make(actor, FINDING, id, () -> {
            ReconcileMapper.Finding finding = books.openFinding(id);
            if (finding == null) {
                throw settled();
            }
            if (!finding.detail().equals(seen)) {
                throw Refusal.conflict("FINDING_CHANGED", null, "It is another one since the page was loaded.");
            }
            books.judge(FINDING, id, "APPROVE", seen, why(actor), actor.name());
            return new Made.Entry(
                    "FINDING_JUDGED",
                    "finding:" + id,
                    Map.of(
                            "verdict", "APPROVE",
                            "sku", finding.sku(),
                            "kind", finding.kind(),
                            "about", finding.subject(),
                            "detail", seen,
                            "repair", finding.repair()));
        });
    }

    /**
     * @return the judgement's id
     * @throws Refusal 409 SETTLED_ALREADY, JUDGED_ALREADY
     */
    long settle(Actor actor, long id, Verdict verdict) {
        return make(actor, MESSAGE, id, () -> {
            ReconcileMapper.Parked message = books.openMessage(id);
            if (message == null) {
                throw settled();
            }
            books.judge(MESSAGE, id, verdict.name(), null, why(actor), actor.name());
            var detail =
                    new LinkedHashMap<String, Object>(Map.of("verdict", verdict.name(), "parkedFor", message.reason()));
            if (message.orderId() != null) {
                detail.put("order", message.orderId());
            }
            if (message.sku() != null) {
                detail.put("sku", message.sku());
            }
            return new Made.Entry("MESSAGE_JUDGED", "message:" + id, detail);
        });
    }

    private long make(Actor actor, String matter, long id, Supplier<Made.Entry> judging) {
        long made;
        try {
            made = changes.make(actor, () -> {
                Made.Entry entry = judging.get();
                return new Made<>(Objects.requireNonNull(books.waiting(matter, id)), entry);
            });
        } catch (DuplicateKeyException another) {
            throw Refusal.conflict("JUDGED_ALREADY", null, "Somebody has decided that already.");
        }
        carrying.await("judgement " + made, () -> {
            ReconcileMapper.Judgement now = books.judgement(made);
            return now != null && now.outcome() != null;
        });
        return made;
    }

    private static String why(Actor actor) {
        return Objects.requireNonNull(actor.why());
    }

    private static Refusal settled() {
        return Refusal.conflict("SETTLED_ALREADY", null, "It does not wait for anybody any more.");
    }
}
