package io.flashsale.backend.stock;

import io.flashsale.contract.StockKeys;
import org.jspecify.annotations.Nullable;

/**
 * A promo item as MySQL has it, with what it takes from its promo. Times are epoch milliseconds.
 *
 * @param nameZh on Chinese pages, where it is not the name
 * @param nameEn on English pages, likewise
 * @param promoText the name of the file that has what is said of the promo; null where there is none
 * @param listPriceMinor what one unit costs outside the promo; null where nobody said
 * @param imageName of its picture's files; null where it has none that shoppers can fetch, and then likewise what follows
 * @param imageWidths ascending, by commas
 * @param imageZh what the picture shows
 * @param listId of the list of who may buy; null where everybody may whose level does
 * @param bucketAccount how often one account may try, as {@code 5:10}; null: what the edge's own settings say
 * @param bucketSku how many a second are let through to Redis, likewise
 * @param state LIVE, PAUSED or ENDED; an item that is no longer live has ended, whatever its promo says
 * @param restocked units that refunds put back on sale; they are in {@code available} or beyond, not in {@code sold}
 * @param withdrawn units that were taken off sale; they are not in {@code published}
 * @param limits units per buyer as the function library reads them: {@code default[;level=limit...]}, {@code -} for none
 */
public record Item(
        long id,
        String sku,
        String name,
        @Nullable String nameZh,
        @Nullable String nameEn,
        long promoId,
        String promoName,
        @Nullable String promoNameZh,
        @Nullable String promoNameEn,
        @Nullable String promoText,
        String state,
        long opens,
        long closes,
        long holdMs,
        long priceMinor,
        @Nullable Long listPriceMinor,
        String currency,
        @Nullable String imageName,
        @Nullable String imageWidths,
        @Nullable String imageZh,
        @Nullable String imageEn,
        int minLevel,
        @Nullable Long listId,
        @Nullable String bucketAccount,
        @Nullable String bucketSku,
        @Nullable Integer quantityLimit,
        String limits,
        long published,
        long available,
        long held,
        long sold,
        long restocked,
        long withdrawn,
        long epoch,
        long version,
        boolean live) {

    /**
     * The version of what a buyer agrees to: price, currency, hold. It cannot change once the item is published, so there is
     * only the first.
     */
    public static final long PROMO_VERSION = 1;

    public StockKeys keys() {
        return new StockKeys(sku, id, epoch);
    }

    boolean identityHolds() {
        return available >= 0 && held >= 0 && sold >= 0 && published == available + held + sold;
    }
}
