package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.stock.Effect;
import io.flashsale.cms.stock.RedisEffects;
import io.flashsale.cms.stock.StockLedger;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/** Puts more units of a live item on sale, once per request: the ledger's unique operation id says whether it has been. */
@Service
class TopUps {

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final ItemMapper items;
    private final StockLedger ledger;
    private final RedisEffects effects;
    private final Changes changes;

    TopUps(ItemMapper items, StockLedger ledger, RedisEffects effects, Changes changes) {
        this.items = items;
        this.ledger = ledger;
        this.effects = effects;
        this.changes = changes;
    }

    /**
     * What to add.
     *
     * @param add units, at least one
     * @param requestID the caller's name for this addition; the same again adds nothing
     */
    record Request(@Nullable Integer add, @Nullable String requestID) {}

    /**
     * What became of it.
     *
     * @param repeated the units had been added before, by the same request
     * @param carried whether Redis was seen to have them
     */
    record Answer(String sku, int add, String requestID, boolean repeated, PromoView.Item item, boolean carried) {}

    Answer topUp(Actor actor, String sku, Request request) {
        return topUp(actor, null, sku, request);
    }

    /** @param promoId of which it must be an item; null: of whichever sells it */
    Answer topUp(Actor actor, @Nullable Long promoId, String sku, Request request) {
        Integer add = request.add();
        String id = request.requestID();
        if (add == null || add < 1 || add > DraftRules.MAX_STOCK) {
            throw Refusal.badRequest(
                    "add",
                    "must be 1 to " + DraftRules.MAX_STOCK + (add == null ? ", and is missing" : ", not " + add));
        }
        if (id == null || !REQUEST_ID.matcher(id).matches()) {
            throw Refusal.badRequest("requestID", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        String operation = "topup:" + id;
        StockLedger.Entry before = ledger.find(operation);
        if (before != null) {
            return replay(before, sku, add, id);
        }
        Added added;
        try {
            added = changes.make(actor, () -> add(operation, promoId, sku, add));
        } catch (DuplicateKeyException overtaken) {
            StockLedger.Entry winner = ledger.find(operation);
            if (winner == null) {
                throw overtaken;
            }
            return replay(winner, sku, add, id);
        }
        boolean carried = effects.carried(List.of(added.effectId()));
        return new Answer(sku, add, id, false, view(added.itemId()), carried);
    }

    private record Added(long itemId, long effectId) {}

    private Made<Added> add(String operation, @Nullable Long promoId, String sku, int add) {
        ItemRow item = items.lockLive(sku);
        if (item == null) {
            throw notLive(sku);
        }
        if (promoId != null && promoId != item.promoId) {
            throw Refusal.conflict("WRONG_STATE", "sku", "The SKU " + sku + " is on another promo by now.");
        }
        if (item.published > DraftRules.MAX_STOCK - add) {
            throw Refusal.badRequest(
                    "add",
                    "must keep the total at or below " + DraftRules.MAX_STOCK + ", and " + item.published
                            + " are published");
        }
        int total = item.published + add;
        ledger.append(operation, item.id(), sku, "TOPPED_UP", add);
        items.topUp(item.id(), add);
        long effect = effects.owe(item.id(), item.version + 1, new Effect.TopUp(total + item.withdrawn));
        return new Made<>(
                new Added(item.id(), effect),
                new Entry(
                        "ITEM_TOPPED_UP",
                        "item:" + item.id(),
                        Map.of("sku", sku, "add", add, "published", total, "operation", operation)));
    }

    private Answer replay(StockLedger.Entry before, String sku, int add, String id) {
        if (!before.sku().equals(sku) || before.units() != add) {
            throw new Refusal(Problem.of(
                    422,
                    "REQUEST_REUSED",
                    "requestID " + id + " was used to add " + before.units() + " units to " + before.sku() + "."));
        }
        boolean carried = effects.carried(effects.owed(before.promoItemId(), Effect.TopUp.KIND));
        return new Answer(sku, add, id, true, view(before.promoItemId()), carried);
    }

    private PromoView.Item view(long itemId) {
        return PromoView.Item.of(items.selectById(itemId));
    }

    private Refusal notLive(String sku) {
        if (items.current(sku) == null) {
            return Refusal.unknown("UNKNOWN_SKU", "No promo has the SKU " + sku + ".");
        }
        return Refusal.conflict("WRONG_STATE", "sku", "The SKU " + sku + " is on no live promo.");
    }
}
