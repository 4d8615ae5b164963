package io.flashsale.cms.promo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A promo as the REST interface shows it.
 *
 * @param nameZh on Chinese pages, where it is not the name; likewise of its items
 * @param nameEn on English pages, likewise
 * @param descriptionZh on Chinese pages, where it is not the description; likewise in English
 * @param expectedBuyers shoppers who are expected when it opens; null where nobody said
 * @param review absent where no reviewer has said anything
 * @param carried whether Redis was seen to have the change; absent where nothing was changed
 */
public record PromoView(
        long id,
        String name,
        @Nullable String nameZh,
        @Nullable String nameEn,
        String description,
        @Nullable String descriptionZh,
        @Nullable String descriptionEn,
        PromoState state,
        Instant opensAt,
        Instant closesAt,
        String zone,
        @Nullable Integer expectedBuyers,
        List<Item> items,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Review review,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean carried) {

    /**
     * One of its items.
     *
     * @param listPriceMinor what one unit costs otherwise; null where nobody said
     * @param image the number of its picture; null where it has none
     * @param list the number of the list of those who alone may buy; null where whoever has the level may
     * @param planned units that publishing puts on sale
     * @param withdrawn units that were taken off sale, which are published no longer
     */
    public record Item(
            long id,
            String sku,
            String name,
            @Nullable String nameZh,
            @Nullable String nameEn,
            long priceMinor,
            @Nullable Long listPriceMinor,
            String currency,
            int planned,
            int published,
            int available,
            int held,
            int sold,
            long withdrawn,
            int holdSeconds,
            @Nullable Integer quantityLimit,
            int minLevel,
            @Nullable SortedMap<Integer, Integer> levelLimits,
            @Nullable Long image,
            @Nullable Long list,
            long epoch,
            long version) {

        /** Whether no level and no list keeps anybody from it. */
        @JsonIgnore
        public boolean forEverybody() {
            return minLevel == 0 && list == null;
        }

        static Item of(ItemRow row) {
            return new Item(
                    row.id(),
                    row.sku,
                    row.name,
                    row.nameZh,
                    row.nameEn,
                    row.priceMinor,
                    row.listPriceMinor,
                    row.currency,
                    row.planned,
                    row.published,
                    row.available,
                    row.held,
                    row.sold,
                    row.withdrawn,
                    row.holdSeconds,
                    row.quantityLimit,
                    row.minLevel,
                    row.levelLimits == null
                            ? null
                            : LevelLimits.unpack(row.levelLimits).byLevel(),
                    row.imageId,
                    row.listId,
                    row.epoch,
                    row.version);
        }
    }

    static PromoView of(PromoRow promo, List<ItemRow> items) {
        return new PromoView(
                promo.id(),
                promo.name,
                promo.nameZh,
                promo.nameEn,
                promo.description,
                promo.descriptionZh,
                promo.descriptionEn,
                promo.state,
                utc(promo.opensAt),
                utc(promo.closesAt),
                promo.zone,
                promo.expectedBuyers,
                items.stream().map(Item::of).toList(),
                review(promo),
                null);
    }

    private static @Nullable Review review(PromoRow promo) {
        if (promo.review == null || promo.reviewedBy == null || promo.reviewedAt == null) {
            return null;
        }
        return new Review(promo.review, promo.reviewedBy, utc(promo.reviewedAt), promo.reviewNote);
    }

    boolean is(Review.Verdict verdict) {
        return review != null && review.verdict() == verdict;
    }

    /** Whether it was never on sale, and will not be. */
    boolean dropped() {
        return state == PromoState.ENDED && items.stream().allMatch(item -> item.published() + item.withdrawn() == 0);
    }

    /** What its state, its review and its window come to: DRAFT, APPROVED, SCHEDULED, LIVE, PAUSED, ENDED, RETURNED or CANCELLED. */
    public String phase(Instant now) {
        return switch (state) {
            case DRAFT -> is(Review.Verdict.APPROVED) ? "APPROVED" : "DRAFT";
            case PAUSED -> closesAt.isAfter(now) ? "PAUSED" : "ENDED";
            case LIVE -> opensAt.isAfter(now) ? "SCHEDULED" : closesAt.isAfter(now) ? "LIVE" : "ENDED";
            case ENDED -> !dropped() ? "ENDED" : is(Review.Verdict.RETURNED) ? "RETURNED" : "CANCELLED";
        };
    }

    PromoView carried(boolean was) {
        return new PromoView(
                id,
                name,
                nameZh,
                nameEn,
                description,
                descriptionZh,
                descriptionEn,
                state,
                opensAt,
                closesAt,
                zone,
                expectedBuyers,
                items,
                review,
                was);
    }

    private static Instant utc(LocalDateTime time) {
        return time.toInstant(ZoneOffset.UTC);
    }
}
