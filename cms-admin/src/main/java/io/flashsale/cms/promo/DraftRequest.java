package io.flashsale.cms.promo;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A promo as a person proposes it. Everything may be missing or wrong until {@link DraftRules} has read it.
 *
 * @param nameZh on Chinese pages, where it is not the name
 * @param nameEn on English pages, likewise
 * @param description what is said of it, in the little of Markdown that {@code Markup} reads
 * @param descriptionZh on Chinese pages, where that is not the description; likewise in English
 * @param opensAt ISO-8601, UTC
 * @param closesAt ISO-8601, UTC
 * @param zone of the IANA database, in which people speak of its times; absent: UTC
 * @param expectedBuyers shoppers who are expected when it opens; absent: nobody knows
 * @param publish also publish it, in the same transaction: then there is either a live promo or nothing
 */
public record DraftRequest(
        @Nullable String name,
        @Nullable String nameZh,
        @Nullable String nameEn,
        @Nullable String description,
        @Nullable String descriptionZh,
        @Nullable String descriptionEn,
        @Nullable String opensAt,
        @Nullable String closesAt,
        @Nullable String zone,
        @Nullable Integer expectedBuyers,
        @Nullable List<@Nullable Item> items,
        @Nullable Boolean publish) {

    /**
     * What the promo sells.
     *
     * @param nameZh on Chinese pages, where it is not the name
     * @param nameEn on English pages, likewise
     * @param priceMinor of one unit, in minor units of the currency
     * @param listPriceMinor what one costs otherwise, more than priceMinor; absent: nothing is said of it
     * @param quantityLimit units per buyer; absent: no limit
     * @param minLevel buyers below it are not eligible; absent: everyone is
     * @param levelLimits units per buyer by level, in place of quantityLimit; replaces the SKU's policy, absent: leaves it
     * @param image the number of a picture that is kept; absent: the shop draws something
     * @param list the number of a list that is kept, of those who alone may buy; absent: whoever has the level
     */
    public record Item(
            @Nullable String sku,
            @Nullable String name,
            @Nullable String nameZh,
            @Nullable String nameEn,
            @Nullable Long priceMinor,
            @Nullable Long listPriceMinor,
            @Nullable String currency,
            @Nullable Integer published,
            @Nullable Integer holdSeconds,
            @Nullable Integer quantityLimit,
            @Nullable Integer minLevel,
            @Nullable Map<String, @Nullable Integer> levelLimits,
            @Nullable Long image,
            @Nullable Long list) {}
}
