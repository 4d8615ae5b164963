package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.stock.Effect;
import io.flashsale.cms.stock.RedisEffects;
import io.flashsale.cms.stock.StockLedger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Books withdrawals that Redis has judged: counters, ledger, state and audit in one transaction, each once. A verdict counts
 * while its epoch is the item's, which the item's lock keeps still: what Redis gave under an older one is forgotten by it, and it
 * is asked again.
 */
@Component
class WithdrawalBooking {

    static final String TOO_FEW_AVAILABLE = "TOO_FEW_AVAILABLE";
    static final String ENDED = "ENDED";

    private static final Logger log = LoggerFactory.getLogger(WithdrawalBooking.class);

    /** In one look; operators ask for a handful. */
    private static final int MOST = 50;

    private static final Duration SILENCE_BETWEEN_WARNINGS = Duration.ofSeconds(10);

    private final WithdrawalMapper withdrawals;
    private final ItemMapper items;
    private final StockLedger ledger;
    private final RedisEffects effects;
    private final Changes changes;
    private final Clock clock;
    private Instant quietUntil = Instant.MIN;

    WithdrawalBooking(
            WithdrawalMapper withdrawals,
            ItemMapper items,
            StockLedger ledger,
            RedisEffects effects,
            Changes changes,
            Clock clock) {
        this.withdrawals = withdrawals;
        this.items = items;
        this.ledger = ledger;
        this.effects = effects;
        this.changes = changes;
        this.clock = clock;
    }

    /** As often as the backend carries, so that who asked waits a tenth of a second longer at most. */
    @Scheduled(fixedDelay = 100, initialDelay = 100)
    void everyTenthOfASecond() {
        try {
            withdrawals.judged(MOST).forEach(this::bookOrLeave);
        } catch (RuntimeException fault) {
            warn("withdrawals cannot be read; the next look is in a tenth of a second", fault);
        }
    }

    /** One that cannot be booked holds up none behind it, and is tried again. */
    private void bookOrLeave(WithdrawalRow row) {
        try {
            changes.make(new Actor(row.requestedBy()), () -> book(row));
        } catch (Overtaken another) {
            log.debug("withdrawal {} was booked by another, or waits for a later epoch's verdict", row.id());
        } catch (RuntimeException fault) {
            warn("withdrawal " + row.id() + " could not be booked and is tried again", fault);
        }
    }

    private void warn(String what, RuntimeException fault) {
        Instant now = clock.instant();
        if (now.isAfter(quietUntil)) {
            quietUntil = now.plus(SILENCE_BETWEEN_WARNINGS);
            log.warn(what, fault);
        }
    }

    private Made<Long> book(WithdrawalRow row) {
        ItemRow item = items.lockOne(row.promoItemId());
        if (item == null || !Objects.equals(row.verdictEpoch(), item.epoch)) {
            throw new Overtaken();
        }
        String refusal = refusal(row, item);
        String state = refusal == null ? WithdrawalRow.WITHDRAWN : WithdrawalRow.REFUSED;
        if (withdrawals.end(row.id(), item.epoch, state, refusal) == 0) {
            throw new Overtaken();
        }
        if (refusal == null) {
            ledger.append("withdraw:" + row.requestId(), item.id(), row.sku(), "WITHDRAWN", -row.units());
        } else if (WithdrawalRow.WITHDRAWN.equals(row.verdict())) {
            // Redis gave what MySQL does not have, as when it sells what is not there.
            items.raiseVersion(item.id());
            effects.owe(item.id(), item.version + 1, new Effect.Rebuild());
        }
        return new Made<>(row.id(), entry(row, item, refusal));
    }

    /** Null: the counters have it. */
    private @Nullable String refusal(WithdrawalRow row, ItemRow item) {
        return switch (Objects.requireNonNull(row.verdict())) {
            case "WITHDRAWN" -> items.withdraw(item.id(), item.epoch, row.units()) == 1 ? null : TOO_FEW_AVAILABLE;
            case "TOO_FEW" -> TOO_FEW_AVAILABLE;
            case "ENDED" -> ENDED;
            default -> throw new IllegalStateException("withdrawal " + row.id() + " has the verdict " + row.verdict());
        };
    }

    private static Entry entry(WithdrawalRow row, ItemRow item, @Nullable String refusal) {
        var detail = new HashMap<String, Object>(
                Map.of("sku", row.sku(), "units", row.units(), "reason", row.reason(), "request", row.requestId()));
        if (refusal != null) {
            detail.put("refusal", refusal);
            return new Entry("ITEM_WITHDRAWAL_REFUSED", "item:" + item.id(), detail);
        }
        detail.put("published", item.published - row.units());
        return new Entry("ITEM_WITHDRAWN", "item:" + item.id(), detail);
    }

    /** Nothing is left to do here. Without a stack trace: it is an outcome. */
    private static final class Overtaken extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Overtaken() {
            super("overtaken", null, false, false);
        }
    }
}
