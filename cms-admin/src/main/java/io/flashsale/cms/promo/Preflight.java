package io.flashsale.cms.promo;

import io.flashsale.cms.cdn.CdnPublisher;
import io.flashsale.cms.cdn.PublishedPages;
import io.flashsale.cms.eligibility.Lists;
import io.flashsale.cms.image.Image;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.stock.RedisEffects;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;

/** What is looked at before people put a promo on sale. It may be otherwise a moment later: what must hold then, publishing itself sees to. */
@Service
class Preflight {

    /** Windows are judged to the second; a clock that is further off than this is going to be worse. */
    private static final Duration CLOCKS_APART = Duration.ofMillis(50);

    /** Far over what the backend takes to carry a change to Redis, and how long that is still no reason to wait. */
    private static final Duration CARRIED_WITHIN = Duration.ofSeconds(5);

    /** In which all who are expected come: most of a crowd that waits for a time is there in the first seconds. */
    private static final Duration THEY_COME_WITHIN = Duration.ofSeconds(5);

    private static final Duration NOT_CARRIED = Duration.ofSeconds(30);

    private final ItemMapper items;
    private final PromoMapper promos;
    private final RedisEffects effects;
    private final Images images;
    private final Lists lists;
    private final CdnPublisher cdn;
    private final Capacity capacity;
    private final PublishedPages pages;
    private final Clock clock;

    Preflight(
            ItemMapper items,
            PromoMapper promos,
            RedisEffects effects,
            Images images,
            Lists lists,
            CdnPublisher cdn,
            Capacity capacity,
            PublishedPages pages,
            Clock clock) {
        this.items = items;
        this.promos = promos;
        this.effects = effects;
        this.images = images;
        this.lists = lists;
        this.cdn = cdn;
        this.capacity = capacity;
        this.pages = pages;
        this.clock = clock;
    }

    enum Verdict {
        FINE,
        /** Somebody should have meant it. */
        LOOK,
        /** It is not scheduled so. */
        BAD
    }

    /**
     * One look.
     *
     * @param key of its messages, one for each verdict
     * @param about what it is about, for people: SKUs; empty where there is nothing to name
     */
    record Check(String key, Verdict verdict, String about) {

        private static Check of(String key, boolean fine, Verdict otherwise) {
            return new Check(key, fine ? Verdict.FINE : otherwise, "");
        }

        private static Check of(String key, Verdict otherwise, List<PromoView.Item> found) {
            return new Check(
                    key,
                    found.isEmpty() ? Verdict.FINE : otherwise,
                    found.stream().map(PromoView.Item::sku).collect(Collectors.joining(", ")));
        }
    }

    List<Check> of(PromoView promo) {
        Instant now = clock.instant();
        Duration window = Duration.between(promo.opensAt(), promo.closesAt());
        return List.of(
                new Check("window", window(promo, now), ""),
                Check.of("skus", Verdict.BAD, soldElsewhere(promo)),
                Check.of("names", Verdict.LOOK, namedOtherwise(promo)),
                Check.of("pictures", Verdict.LOOK, which(promo, item -> item.image() == null)),
                Check.of("published", Verdict.BAD, unpublished(promo)),
                Check.of("listPrice", Verdict.LOOK, which(promo, item -> item.listPriceMinor() == null)),
                Check.of("lists", Verdict.BAD, forNobody(promo)),
                Check.of("limits", Verdict.LOOK, which(promo, item -> item.quantityLimit() == null)),
                Check.of("holds", Verdict.LOOK, which(promo, item -> item.holdSeconds() > window.toSeconds())),
                text(promo),
                demand(promo),
                pages(),
                new Check("shop", shop(), ""),
                Check.of("clocks", together(), Verdict.BAD));
    }

    /** @throws Refusal where something is BAD */
    void require(PromoView promo) {
        List<String> bad = of(promo).stream()
                .filter(check -> check.verdict() == Verdict.BAD)
                .map(Check::key)
                .toList();
        if (!bad.isEmpty()) {
            throw Refusal.conflict("NOT_FIT", null, "It is not fit to be scheduled: " + String.join(", ", bad) + ".");
        }
    }

    private static Verdict window(PromoView promo, Instant now) {
        if (!promo.closesAt().isAfter(now)) {
            return Verdict.BAD;
        }
        return promo.opensAt().isAfter(now) ? Verdict.FINE : Verdict.LOOK;
    }

    private static List<PromoView.Item> which(PromoView promo, Predicate<PromoView.Item> found) {
        return promo.items().stream().filter(found).toList();
    }

    /** Where some have names of their own on pages of one language: those that have none. */
    private static List<PromoView.Item> namedOtherwise(PromoView promo) {
        List<PromoView.Item> without = which(promo, item -> item.nameZh() == null && item.nameEn() == null);
        boolean some = promo.nameZh() != null
                || promo.nameEn() != null
                || without.size() < promo.items().size();
        return some ? without : List.of();
    }

    /** Whose pictures shoppers could not fetch. */
    private List<PromoView.Item> unpublished(PromoView promo) {
        Map<Long, Image> kept = images.of(promo.items().stream()
                .map(PromoView.Item::image)
                .filter(Objects::nonNull)
                .toList());
        return which(promo, item -> {
            Image image = item.image() == null ? null : kept.get(item.image());
            return image != null && !image.published();
        });
    }

    private static boolean described(PromoView promo) {
        return !promo.description().isBlank() || promo.descriptionZh() != null && promo.descriptionEn() != null;
    }

    /** Once it is approved, what is said of it is put where shoppers fetch it, which may take some seconds. */
    private Check text(PromoView promo) {
        if (!described(promo)) {
            return new Check("text", Verdict.LOOK, "");
        }
        if (!cdn.isThere()) {
            return new Check("textNowhere", Verdict.LOOK, "");
        }
        String name = promo.is(Review.Verdict.APPROVED) ? promos.textName(promo.id()) : "is not published before";
        if (name == null) {
            return new Check("textWaits", Verdict.LOOK, "");
        }
        return name.isEmpty() ? new Check("textHidden", Verdict.LOOK, "") : new Check("text", Verdict.FINE, "");
    }

    /** Whether what is scheduled is going to have pages of its own. */
    private Check pages() {
        return pages.wanted()
                ? Check.of("pages", !pages.failing(), Verdict.LOOK)
                : new Check("pagesOfEdge", Verdict.FINE, "");
    }

    /** Whether what was measured bears those who are expected. One press each: who presses again is slowed down at the edge. */
    private Check demand(PromoView promo) {
        Integer expected = promo.expectedBuyers();
        Capacity.Measured measured = capacity.last();
        if (expected == null) {
            return new Check("demandUnsaid", Verdict.LOOK, "");
        }
        if (measured == null) {
            return new Check("demandUnmeasured", Verdict.LOOK, "");
        }
        double wanted = Math.ceil((double) expected / THEY_COME_WITHIN.toSeconds());
        return new Check(
                "demand",
                wanted <= measured.perSecond() ? Verdict.FINE : Verdict.LOOK,
                String.format(Locale.ROOT, "%,.0f/s : %,.0f/s (%s)", wanted, measured.perSecond(), measured.day()));
    }

    /** Which nobody could buy, since nobody on their list has an account. */
    private List<PromoView.Item> forNobody(PromoView promo) {
        Set<Long> ofNobody = lists.ofNobody(promo.items().stream()
                .map(PromoView.Item::list)
                .filter(Objects::nonNull)
                .toList());
        return which(promo, item -> item.list() != null && ofNobody.contains(item.list()));
    }

    private List<PromoView.Item> soldElsewhere(PromoView promo) {
        List<String> sold = items.liveElsewhere(
                promo.id(), promo.items().stream().map(PromoView.Item::sku).toList());
        return which(promo, item -> sold.contains(item.sku()));
    }

    /** Whether it hears of what is changed here. */
    private Verdict shop() {
        if (effects.overdue(CARRIED_WITHIN) == 0) {
            return Verdict.FINE;
        }
        return effects.overdue(NOT_CARRIED) == 0 ? Verdict.LOOK : Verdict.BAD;
    }

    /** Whether MySQL's clock, by which deadlines are judged, is with ours, as far as the way to it lets one say. */
    private boolean together() {
        Instant before = clock.instant();
        Instant there = promos.now().toInstant(ZoneOffset.UTC);
        return !there.isBefore(before.minus(CLOCKS_APART))
                && !there.isAfter(clock.instant().plus(CLOCKS_APART));
    }
}
