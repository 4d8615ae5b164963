package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.stock.Carrying;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/**
 * Takes unsold units of a live item off sale, all of them or none, once per request. The request is a row first; Redis, which
 * alone knows what buyers were promised, decides, and {@link WithdrawalBooking} writes what it gave (ADR 8).
 */
@Service
class Withdrawals {

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST_REASON = 255;

    private final ItemMapper items;
    private final PromoMapper promos;
    private final WithdrawalMapper withdrawals;
    private final Changes changes;
    private final Carrying carrying;
    private final Clock clock;

    Withdrawals(
            ItemMapper items,
            PromoMapper promos,
            WithdrawalMapper withdrawals,
            Changes changes,
            Carrying carrying,
            Clock clock) {
        this.items = items;
        this.promos = promos;
        this.withdrawals = withdrawals;
        this.changes = changes;
        this.carrying = carrying;
        this.clock = clock;
    }

    /**
     * What to take off sale.
     *
     * @param units at least one
     * @param reason for the audit log, 1 to 255 characters
     * @param requestID the caller's name for this withdrawal; the same again withdraws nothing more
     */
    record Request(@Nullable Integer units, @Nullable String reason, @Nullable String requestID) {}

    /**
     * What became of it.
     *
     * @param repeated the same request had been made before
     * @param state WITHDRAWN, or ASKED while it is under way
     */
    record Answer(String sku, int units, String requestID, boolean repeated, String state, PromoView.Item item) {}

    private record Wanted(String sku, int units, String reason, String id) {}

    /** @throws Refusal 409 TOO_FEW_AVAILABLE or ENDED where nothing could be withdrawn, also when it is asked again */
    Answer withdraw(Actor actor, String sku, Request request) {
        Wanted wanted = read(sku, request);
        boolean repeated = withdrawals.find(wanted.id()) != null;
        if (!repeated) {
            try {
                changes.make(actor, () -> ask(actor, wanted));
            } catch (DuplicateKeyException overtaken) {
                repeated = true;
            }
        }
        requireSame(find(wanted.id()), wanted);
        carrying.await("withdrawal " + wanted.id(), () -> !find(wanted.id()).open());
        WithdrawalRow row = find(wanted.id());
        if (row.refusal() != null) {
            throw refused(row);
        }
        var item = PromoView.Item.of(items.selectById(row.promoItemId()));
        return new Answer(sku, row.units(), wanted.id(), repeated, row.state(), item);
    }

    private static Wanted read(String sku, Request request) {
        Integer units = request.units();
        String reason = request.reason();
        String id = request.requestID();
        if (units == null || units < 1 || units > DraftRules.MAX_STOCK) {
            throw Refusal.badRequest(
                    "units",
                    "must be 1 to " + DraftRules.MAX_STOCK + (units == null ? ", and is missing" : ", not " + units));
        }
        if (reason == null || reason.isBlank() || reason.codePointCount(0, reason.length()) > LONGEST_REASON) {
            throw Refusal.badRequest("reason", "must say why, in 1 to " + LONGEST_REASON + " characters");
        }
        if (id == null || !REQUEST_ID.matcher(id).matches()) {
            throw Refusal.badRequest("requestID", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return new Wanted(sku, units, reason, id);
    }

    private Made<Long> ask(Actor actor, Wanted wanted) {
        ItemRow item = items.lockLive(wanted.sku());
        if (item == null) {
            throw notLive(wanted.sku());
        }
        var closes = promos.selectById(item.promoId).closesAt.toInstant(ZoneOffset.UTC);
        if (!closes.isAfter(clock.instant())) {
            throw Refusal.conflict("ENDED", "sku", "The sale of " + wanted.sku() + " was over at " + closes + ".");
        }
        withdrawals.ask(item.id(), wanted.sku(), wanted.units(), wanted.reason(), actor.name(), wanted.id());
        return new Made<>(
                item.id(),
                new Entry(
                        "ITEM_WITHDRAWAL_ASKED",
                        "item:" + item.id(),
                        Map.of(
                                "sku", wanted.sku(),
                                "units", wanted.units(),
                                "reason", wanted.reason(),
                                "request", wanted.id())));
    }

    private WithdrawalRow find(String requestId) {
        return Objects.requireNonNull(withdrawals.find(requestId), "a row that is never deleted");
    }

    private static void requireSame(WithdrawalRow row, Wanted wanted) {
        var differ = new ArrayList<String>();
        if (!row.sku().equals(wanted.sku()) || row.units() != wanted.units()) {
            differ.add(row.units() + " units of " + row.sku());
        }
        if (!row.reason().equals(wanted.reason())) {
            differ.add("the reason \"" + row.reason() + "\"");
        }
        if (!differ.isEmpty()) {
            throw new Refusal(Problem.of(
                    422,
                    "REQUEST_REUSED",
                    "requestID " + wanted.id() + " was used to withdraw with " + String.join(" and ", differ) + "."));
        }
    }

    private static Refusal refused(WithdrawalRow row) {
        if (WithdrawalBooking.TOO_FEW_AVAILABLE.equals(row.refusal())) {
            return Refusal.conflict(
                    WithdrawalBooking.TOO_FEW_AVAILABLE,
                    "units",
                    "Fewer than " + row.units() + " units of " + row.sku() + " were available; none was withdrawn.");
        }
        return Refusal.conflict(
                WithdrawalBooking.ENDED, "sku", "The sale of " + row.sku() + " was over; none was withdrawn.");
    }

    private Refusal notLive(String sku) {
        if (items.current(sku) == null) {
            return Refusal.unknown("UNKNOWN_SKU", "No promo has the SKU " + sku + ".");
        }
        return Refusal.conflict("WRONG_STATE", "sku", "The SKU " + sku + " is on no live promo.");
    }
}
