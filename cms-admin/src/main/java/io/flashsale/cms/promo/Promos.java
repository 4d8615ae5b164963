package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.eligibility.Lists;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.stock.Effect;
import io.flashsale.cms.stock.RedisEffects;
import io.flashsale.cms.stock.StockLedger;
import io.flashsale.cms.web.Refusal;
import io.flashsale.cms.web.Violation;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/**
 * Drafts promos and takes them through their states. Each step is one conditional update, so of two at once one wins; its
 * ledger rows, effects and audit row are in the same transaction, and Redis hears of it through the effects alone.
 */
@Service
public class Promos {

    private final PromoMapper promos;
    private final ItemMapper items;
    private final BucketMapper buckets;
    private final StockLedger ledger;
    private final RedisEffects effects;
    private final Images images;
    private final Lists lists;
    private final Changes changes;
    private final Clock clock;
    private final boolean reviewedByOthers;

    Promos(
            PromoMapper promos,
            ItemMapper items,
            BucketMapper buckets,
            StockLedger ledger,
            RedisEffects effects,
            Images images,
            Lists lists,
            Changes changes,
            Clock clock,
            CmsSettings settings) {
        this.promos = promos;
        this.items = items;
        this.buckets = buckets;
        this.ledger = ledger;
        this.effects = effects;
        this.images = images;
        this.lists = lists;
        this.changes = changes;
        this.clock = clock;
        this.reviewedByOthers = settings.reviewedByAnother();
    }

    /** What is wrong with a promo as it is proposed; empty if it can be handed in now, unless a picture of it is none. */
    public List<Violation> check(DraftRequest request) {
        return DraftRules.read(request, clock.instant()).violations();
    }

    /**
     * A promo as it would be if this were handed in now; nothing of it has a number yet.
     *
     * @throws Refusal 400 where it could not be
     */
    public PromoView proposed(DraftRequest request) {
        DraftRules.Reading reading = read(request);
        reading.promo().id = 0L;
        reading.items().forEach(item -> item.id = 0L);
        return PromoView.of(reading.promo(), reading.items());
    }

    private DraftRules.Reading read(DraftRequest request) {
        var reading = DraftRules.read(request, clock.instant());
        var violations = new ArrayList<>(reading.violations());
        if (request.items() != null) {
            violations.addAll(named(
                    request.items(),
                    DraftRequest.Item::image,
                    ids -> images.of(ids).keySet(),
                    "image",
                    "must be the number of a picture that is kept, not "));
            violations.addAll(named(
                    request.items(),
                    DraftRequest.Item::list,
                    ids -> lists.of(ids).keySet(),
                    "list",
                    "must be the number of a list that is kept, not "));
        }
        if (!violations.isEmpty()) {
            throw Refusal.badRequest(violations);
        }
        return reading;
    }

    /** What is wrong where items name something that is not there. */
    private static List<Violation> named(
            List<DraftRequest.@Nullable Item> items,
            Function<DraftRequest.Item, @Nullable Long> number,
            Function<Set<Long>, Set<Long>> known,
            String field,
            String must) {
        var numbers = new LinkedHashMap<Integer, Long>();
        for (int i = 0; i < items.size(); i++) {
            DraftRequest.Item item = items.get(i);
            Long named = item == null ? null : number.apply(item);
            if (named != null) {
                numbers.put(i, named);
            }
        }
        Set<Long> there = known.apply(new HashSet<>(numbers.values()));
        return numbers.entrySet().stream()
                .filter(each -> !there.contains(each.getValue()))
                .map(each -> new Violation("items[" + each.getKey() + "]." + field, must + each.getValue()))
                .toList();
    }

    /**
     * Stores a draft in the place of an earlier one, which is cancelled where it is not yet.
     *
     * @param made hears the id within the transaction, and may refuse
     * @return the id of the promo
     */
    public long handIn(Actor actor, DraftRequest request, @Nullable Long earlier, LongConsumer made) {
        DraftRules.Reading reading = read(request);
        return unlessGone(
                request,
                () -> changes.make(actor, () -> {
                    var entries = new ArrayList<Entry>();
                    if (earlier != null && !get(earlier).dropped()) {
                        step(earlier, Transition.CANCEL);
                        entries.add(entry(earlier, Transition.CANCEL));
                    }
                    long id = insert(reading.promo(), reading.items());
                    entries.add(new Entry("PROMO_DRAFTED", subject(id), Map.of("request", request)));
                    made.accept(id);
                    return new Made<>(id, entries);
                }));
    }

    /** A picture or a list that it names may be deleted in the moment between: then it is refused as if it had never been there. */
    private <T> T unlessGone(DraftRequest request, Supplier<T> change) {
        try {
            return change.get();
        } catch (DataIntegrityViolationException fault) {
            read(request);
            throw fault;
        }
    }

    /** Stores a draft; if it says so, published in the same transaction. */
    PromoView draft(Actor actor, DraftRequest request) {
        DraftRules.Reading reading = read(request);
        boolean publish = Boolean.TRUE.equals(request.publish());
        Step step = unlessGone(
                request,
                () -> changes.make(actor, () -> {
                    long id = insert(reading.promo(), reading.items());
                    var entries = new ArrayList<Entry>();
                    entries.add(new Entry("PROMO_DRAFTED", subject(id), Map.of("request", request)));
                    List<Long> owed = publish ? step(id, Transition.PUBLISH) : List.of();
                    if (publish) {
                        entries.add(entry(id, Transition.PUBLISH));
                    }
                    return new Made<>(new Step(id, owed), entries);
                }));
        PromoView view = get(step.promoId());
        return publish ? view.carried(effects.carried(step.owed())) : view;
    }

    /** Takes one step and waits until Redis has it. */
    PromoView take(Actor actor, long id, Transition transition) {
        List<Long> owed = changes.make(actor, () -> {
            List<Long> told = step(id, transition);
            if (transition.reviews()) {
                review(actor, id, transition);
            }
            return new Made<>(told, entry(id, transition));
        });
        boolean carried = effects.carried(owed);
        return get(id).carried(carried);
    }

    /**
     * Has what is on sale, or will be, end at another time, and waits until Redis has it.
     *
     * @throws Refusal 400 END_ODD, 409 WRONG_STATE
     */
    PromoView moveEnd(Actor actor, long id, Instant closes) {
        List<Long> owed = changes.make(actor, () -> {
            PromoRow before = find(id);
            Instant opens = before.opensAt.toInstant(ZoneOffset.UTC);
            Instant closed = before.closesAt.toInstant(ZoneOffset.UTC);
            boolean another = DraftRules.isWindow(opens, closes) && !closes.equals(closed);
            if (!another || !closes.isAfter(clock.instant())) {
                throw Refusal.invalid(
                        "END_ODD", "closesAt", "It must be another end, after now and the opening, within 366 days.");
            }
            LocalDateTime to = closes.atOffset(ZoneOffset.UTC).toLocalDateTime();
            if (promos.moveEnd(id, before.closesAt, to) == 0) {
                throw Refusal.conflict("WRONG_STATE", null, "It is not on sale, or its end was moved meanwhile.");
            }
            return new Made<>(
                    tell(find(id)), new Entry("PROMO_END_MOVED", subject(id), Map.of("from", closed, "to", closes)));
        });
        boolean carried = effects.carried(owed);
        return get(id).carried(carried);
    }

    Buckets buckets(long id) {
        Buckets own = buckets.of(id);
        return own == null ? Buckets.NONE : own;
    }

    /**
     * Has the promo let ask more or less often. The backend reads it within a second, and the edges from its catalogue.
     *
     * @throws Refusal 404, or 409 WRONG_STATE where it is over
     */
    void setBuckets(Actor actor, long id, Buckets wanted) {
        changes.make(actor, () -> {
            PromoRow promo = find(id);
            if (promo.state == PromoState.ENDED) {
                throw Refusal.conflict("WRONG_STATE", null, "It is over.");
            }
            Buckets before = buckets(id);
            if (wanted.none()) {
                buckets.clear(id);
            } else {
                buckets.set(id, wanted.account(), wanted.sku());
            }
            var detail = new LinkedHashMap<String, Object>();
            detail.put("before", before);
            detail.put("after", wanted);
            return new Made<>(id, new Entry("PROMO_BUCKETS_CHANGED", subject(id), detail));
        });
    }

    /** A step of the promo that sells the SKU now, or else of the newest that did or may. */
    PromoView takeBySku(Actor actor, String sku, Transition transition) {
        ItemRow item = items.current(sku);
        if (item == null) {
            throw Refusal.unknown("UNKNOWN_SKU", "No promo has the SKU " + sku + ".");
        }
        return take(actor, item.promoId, transition);
    }

    /** Whether they have written in it, and so somebody else has to approve it. */
    boolean mayNotApprove(String name, long id) {
        return reviewedByOthers && promos.wrote(id, name);
    }

    public PromoView get(long id) {
        return PromoView.of(find(id), items.of(List.of(id)));
    }

    /** What shoppers are shown: on sale, paused, or scheduled; what opens first comes first. */
    public List<PromoView> shown() {
        return views(promos.shown());
    }

    List<PromoView> page(long before, int limit) {
        return views(promos.page(before, limit));
    }

    private List<PromoView> views(List<PromoRow> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<Long, List<ItemRow>> byPromo = items
                .of(rows.stream().map(PromoRow::id).toList())
                .stream()
                .collect(Collectors.groupingBy(item -> item.promoId));
        return rows.stream()
                .map(row -> PromoView.of(row, byPromo.getOrDefault(row.id(), List.of())))
                .toList();
    }

    private record Step(long promoId, List<Long> owed) {}

    private long insert(PromoRow promo, List<ItemRow> itemRows) {
        var now = clock.instant().atOffset(ZoneOffset.UTC).toLocalDateTime();
        promo.id = null; // the attempt before this one may have left its id
        promo.createdAt = now;
        promo.updatedAt = now;
        promos.insert(promo);
        for (ItemRow item : itemRows) {
            item.id = null;
            item.promoId = promo.id();
            items.insert(item);
        }
        return promo.id();
    }

    private void review(Actor actor, long id, Transition transition) {
        if (transition == Transition.APPROVE && mayNotApprove(actor.name(), id)) {
            throw Refusal.conflict("OWN_PROMO", null, "Who has written in it does not approve it.");
        }
        promos.review(
                id,
                transition == Transition.APPROVE ? Review.Verdict.APPROVED : Review.Verdict.RETURNED,
                actor.name(),
                actor.why());
    }

    private List<Long> step(long id, Transition transition) {
        if (promos.step(id, transition.from(), transition.needed(), transition.to()) == 0) {
            PromoRow promo = find(id);
            if (!transition.from().contains(promo.state) || transition.needed() == Review.Needed.NONE) {
                throw Refusal.conflict("WRONG_STATE", null, transition.refusal(promo.state));
            }
            throw transition.needed() == Review.Needed.APPROVED
                    ? Refusal.conflict("NOT_APPROVED", null, "Nobody has approved it yet.")
                    : Refusal.conflict("REVIEWED", null, "Somebody has reviewed it already.");
        }
        PromoRow promo = find(id);
        return switch (transition) {
            case PUBLISH, SCHEDULE -> publish(promo);
            case APPROVE, RETURN, CANCEL -> List.of(); // nobody has heard of it
            case PAUSE, RESUME, END -> tell(promo);
        };
    }

    private List<Long> publish(PromoRow promo) {
        Instant closes = promo.closesAt.toInstant(ZoneOffset.UTC);
        if (!closes.isAfter(clock.instant())) {
            throw Refusal.conflict("WINDOW_CLOSED", "closesAt", "Its window closed at " + closes + ".");
        }
        var owed = new ArrayList<Long>();
        // In order of SKU: promos that share SKUs then meet at the same one first, and one waits instead of both.
        var inOrder = new ArrayList<>(items.lock(promo.id()));
        inOrder.sort(Comparator.comparing(item -> item.sku));
        for (ItemRow item : inOrder) {
            goLive(item);
            ledger.append("publish:" + item.id(), item.id(), item.sku, "PUBLISHED", item.planned);
            owed.add(effects.owe(item.id(), item.version + 1, new Effect.Install()));
        }
        return owed;
    }

    private void goLive(ItemRow item) {
        try {
            items.publish(item.id());
        } catch (DuplicateKeyException taken) {
            throw Refusal.conflict(
                    "SKU_IS_LIVE", "sku", "The SKU " + item.sku + " is on a live promo already; end that one first.");
        }
        if (item.levelLimits != null) {
            items.clearPolicy(item.sku);
            LevelLimits.unpack(item.levelLimits)
                    .byLevel()
                    .forEach((level, limit) -> items.addPolicy(item.sku, level, limit));
        }
    }

    private List<Long> tell(PromoRow promo) {
        var owed = new ArrayList<Long>();
        for (ItemRow item : items.lock(promo.id())) {
            if (promo.state == PromoState.ENDED) {
                items.end(item.id());
            } else {
                items.raiseVersion(item.id());
            }
            owed.add(effects.owe(
                    item.id(), item.version + 1, new Effect.State(promo.state.name(), promo.opens(), promo.closes())));
        }
        return owed;
    }

    private PromoRow find(long id) {
        @Nullable PromoRow promo = promos.selectById(id);
        if (promo == null) {
            throw Refusal.unknown("UNKNOWN_PROMO", "There is no promo " + id + ".");
        }
        return promo;
    }

    private static Entry entry(long id, Transition transition) {
        return new Entry(transition.action(), subject(id), Map.of("state", transition.to()));
    }

    private static String subject(long promoId) {
        return "promo:" + promoId;
    }
}
