package io.flashsale.cms.draft;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.eligibility.EligibilityList;
import io.flashsale.cms.eligibility.Lists;
import io.flashsale.cms.image.Image;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.promo.PromoState;
import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.promo.Promos;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps what editors type, a save after the other, of which each says what it was made from: nobody overwrites what they have not
 * seen. The audit log hears of what is handed in and what is discarded, not of each save.
 */
@Service
class Drafts {

    private static final int MAX_NAME = 120;

    private static final int LISTS_OFFERED = 50;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    /** As characters. A hundred items with all that may be in them are less than half of it. */
    private static final int MAX_DOCUMENT = 200_000;

    /** Not the one for requests: a later version may have written more, and it was bounded when it was saved. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final DraftMapper mapper;
    private final Promos promos;
    private final Images images;
    private final Lists lists;
    private final Changes changes;
    private final Clock clock;

    Drafts(DraftMapper mapper, Promos promos, Images images, Lists lists, Changes changes, Clock clock) {
        this.mapper = mapper;
        this.promos = promos;
        this.images = images;
        this.lists = lists;
        this.changes = changes;
        this.clock = clock;
    }

    /** Those that can be gone on with, the latest first. */
    List<Draft.Line> open(int skipped, int most) {
        return mapper.open(skipped, most).stream()
                .map(row -> new Draft.Line(
                        row.id(),
                        row.promoId,
                        row.name,
                        row.editedBy,
                        row.editedAt.toInstant(ZoneOffset.UTC),
                        row.state,
                        row.returnedBy != null))
                .toList();
    }

    Draft get(long id) {
        return draft(find(id));
    }

    long begin(String who, String zone) {
        return insert(who, DraftForm.blank(zone), null);
    }

    /** A new one with what a promo has, but for its time. */
    long copy(String who, long promoId) {
        long id = insert(who, DraftForm.of(promos.get(promoId), false), null);
        mapper.authorsOf(id, promoId);
        return id;
    }

    /** What a promo that is not published yet was made from; what programs made has a draft from now on. */
    long of(String who, long promoId) {
        PromoView promo = promos.get(promoId);
        if (promo.state() != PromoState.DRAFT) {
            throw refused(Draft.State.CLOSED);
        }
        Long known = mapper.ofPromo(promoId);
        if (known != null) {
            return known;
        }
        try {
            return insert(who, DraftForm.of(promo, true), promoId);
        } catch (DuplicateKeyException another) {
            return Objects.requireNonNull(mapper.ofPromo(promoId));
        }
    }

    /**
     * What became of a save.
     *
     * @param now as it is now: what was typed, or what somebody else has saved meanwhile
     */
    record Saved(Draft now, boolean done) {}

    /**
     * @param version from which it was made
     * @param page which open page saves: one whose last answer was lost may go on
     */
    Saved save(String who, long id, int version, String page, DraftForm form) {
        String document = JSON.writeValueAsString(form);
        if (document.length() > MAX_DOCUMENT) {
            throw Refusal.invalid("DRAFT_TOO_LARGE", "items", "This is more than a draft can hold.");
        }
        Draft before = get(id);
        if (!before.state().open()) {
            throw refused(before.state());
        }
        if (before.form().equals(form)) {
            return new Saved(before, true);
        }
        mapper.author(id, who);
        int saved = mapper.save(id, version, page, title(form), document, who, now());
        Draft after = get(id);
        if (saved == 0 && !after.state().open()) {
            throw refused(after.state());
        }
        return new Saved(after, saved == 1);
    }

    /** The pictures of its items by their numbers; null where the database is away, which keeps nobody from typing. */
    @Nullable
    Map<String, Image> pictures(DraftForm form) {
        return named(form, DraftForm.Item::image, images::of);
    }

    /** The lists of those whom its items are for, likewise. */
    @Nullable
    Map<String, EligibilityList> lists(DraftForm form) {
        return named(form, DraftForm.Item::list, lists::of);
    }

    /** Lists that could be named, the latest; none where the database is away. */
    List<EligibilityList> latestLists() {
        try {
            return lists.page(Long.MAX_VALUE, LISTS_OFFERED);
        } catch (DataAccessException | TransactionException away) {
            return List.of();
        }
    }

    private static <T> @Nullable Map<String, T> named(
            DraftForm form, Function<DraftForm.Item, String> field, Function<Set<Long>, Map<Long, T>> known) {
        Set<Long> numbers = form.items().stream()
                .map(field)
                .filter(NUMBER.asMatchPredicate())
                .map(Long::valueOf)
                .collect(Collectors.toSet());
        try {
            return known.apply(numbers).entrySet().stream()
                    .collect(Collectors.toMap(each -> Long.toString(each.getKey()), Map.Entry::getValue));
        } catch (DataAccessException | TransactionException away) {
            return null;
        }
    }

    /** What keeps it from being handed in: the rule that is broken, as the key of a message, by the field's name, in the form's order. */
    Map<String, String> mistakes(DraftForm form) {
        var reading = new DraftReading(form);
        var mistakes = new LinkedHashMap<>(reading.mistakes());
        promos.check(reading.request()).forEach(violation -> {
            // A limit of one level is a part of the field in which all of them are typed.
            String field = violation
                    .field()
                    .replace(".priceMinor", ".price")
                    .replace(".listPriceMinor", ".listPrice")
                    .replace(".holdSeconds", ".hold")
                    .replaceFirst("\\.levelLimits\\..*", ".levelLimits");
            mistakes.putIfAbsent(field, DraftReading.rule(field));
        });
        missing(form, "image", DraftForm.Item::image, pictures(form), mistakes);
        missing(form, "list", DraftForm.Item::list, lists(form), mistakes);
        var inOrder = new LinkedHashMap<String, String>();
        form.fields().keySet().forEach(field -> {
            String rule = mistakes.remove(field);
            if (rule != null) {
                inOrder.put(field, rule);
            }
        });
        inOrder.putAll(mistakes);
        return inOrder;
    }

    private static void missing(
            DraftForm form,
            String name,
            Function<DraftForm.Item, String> number,
            @Nullable Map<String, ?> known,
            Map<String, String> mistakes) {
        for (int i = 0; known != null && i < form.items().size(); i++) {
            String typed = number.apply(form.items().get(i));
            if (!typed.isEmpty() && !known.containsKey(typed)) {
                String field = "items[" + i + "]." + name;
                mistakes.putIfAbsent(field, DraftReading.rule(field));
            }
        }
    }

    /**
     * Makes it a promo, in the place of the one that it was before; what was handed in as it is stays what it became.
     *
     * @return the promo's id
     */
    long handIn(Actor actor, Draft draft) {
        Long earlier = draft.promoId();
        if (earlier != null && draft.unchanged() && draft.state() == Draft.State.WAITING) {
            return earlier;
        }
        if (!mistakes(draft.form()).isEmpty()) {
            throw Refusal.invalid("DRAFT_INCOMPLETE", "items", "Something is missing or wrong.");
        }
        return promos.handIn(actor, new DraftReading(draft.form()).request(), earlier, promo -> {
            if (mapper.handedIn(draft.id(), draft.version(), promo) == 0) {
                throw changed();
            }
            mapper.author(draft.id(), actor.name());
        });
    }

    /**
     * As the promo that it would become.
     *
     * @throws Refusal 400 where something is missing or wrong
     */
    PromoView proposed(Draft draft) {
        if (!mistakes(draft.form()).isEmpty()) {
            throw Refusal.invalid("DRAFT_INCOMPLETE", "items", "Something is missing or wrong.");
        }
        return promos.proposed(new DraftReading(draft.form()).request());
    }

    void discard(Actor actor, long id, int version) {
        Draft draft = get(id);
        if (draft.state() == Draft.State.WAITING) {
            throw Refusal.conflict("DRAFT_WAITS", null, "It was handed in; an operator can cancel it first.");
        }
        changes.make(actor, () -> {
            if (mapper.discard(id, version) == 0) {
                throw draft.state().open() ? changed() : refused(draft.state());
            }
            return new Made<>(
                    id, new Made.Entry("DRAFT_DISCARDED", "draft:" + id, Map.of("name", title(draft.form()))));
        });
    }

    private long insert(String who, DraftForm form, @Nullable Long promoId) {
        var row = new DraftRow();
        row.promoId = promoId;
        row.handedIn = promoId == null ? null : row.version;
        row.name = title(form);
        row.document = JSON.writeValueAsString(form);
        row.editedBy = who;
        row.editedAt = now();
        mapper.insert(row);
        return row.id();
    }

    private DraftRow find(long id) {
        DraftRow row = mapper.find(id);
        if (row == null) {
            throw Refusal.unknown("UNKNOWN_DRAFT", "There is no draft " + id + ".");
        }
        return row;
    }

    private static Draft draft(DraftRow row) {
        return new Draft(
                row.id(),
                row.promoId,
                row.handedIn != null && row.handedIn == row.version,
                row.version,
                Objects.requireNonNull(JSON.readValue(row.document, DraftForm.class)),
                row.editedBy,
                row.editedAt.toInstant(ZoneOffset.UTC),
                row.state,
                Draft.Returned.of(row.returnedBy, row.returnNote));
    }

    private LocalDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC).toLocalDateTime();
    }

    private static String title(DraftForm form) {
        String name = form.name();
        return name.codePointCount(0, name.length()) <= MAX_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MAX_NAME));
    }

    private static Refusal changed() {
        return Refusal.conflict("DRAFT_CHANGED", null, "The draft was changed meanwhile.");
    }

    static Refusal refused(Draft.State state) {
        return state == Draft.State.DISCARDED
                ? Refusal.conflict("DRAFT_DISCARDED", null, "The draft was discarded.")
                : Refusal.conflict(
                        "DRAFT_CLOSED", null, "What it became is on sale, or over; copy it to make another.");
    }
}
