package io.flashsale.cms.preview;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.cms.image.Image;
import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.text.PromoText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A promo as the edge tells of one, with what is said of it in place of that file's name: {@code Promo} of {@code contract/openapi.yaml}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PreviewDocument(long id, String name, @Nullable Names names, @Nullable PromoText text, List<Item> items) {

    /** What it is called on pages of one language, where that is not its name. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Names(@Nullable String zh, @Nullable String en) {

        static @Nullable Names of(@Nullable String zh, @Nullable String en) {
            return zh == null && en == null ? null : new Names(zh, en);
        }
    }

    /** @param path of its files, to which {@code -<width>.jpg} is added */
    record Picture(String path, List<Integer> widths, Names alt) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Item(
            String sku,
            String name,
            @Nullable Names names,
            @JsonProperty("promoID") long promoId,
            String promoName,
            @Nullable Names promoNames,
            int minLevel,
            @Nullable Picture image,
            long priceMinor,
            @Nullable Long listPriceMinor,
            String currency,
            long holdMs,
            long opens,
            long closes,
            String state,
            int published,
            int available,
            int held,
            int sold) {}

    /** @param images of its items, those that shoppers can fetch */
    static PreviewDocument of(PromoView promo, Map<Long, Image> images) {
        Names names = Names.of(promo.nameZh(), promo.nameEn());
        PromoText text = PromoText.of(promo.description(), promo.descriptionZh(), promo.descriptionEn());
        return new PreviewDocument(
                promo.id(),
                promo.name(),
                names,
                text.isEmpty() ? null : text,
                promo.items().stream()
                        .map(item -> new Item(
                                item.sku(),
                                item.name(),
                                Names.of(item.nameZh(), item.nameEn()),
                                promo.id(),
                                promo.name(),
                                names,
                                item.minLevel(),
                                item.image() == null ? null : picture(images.get(item.image())),
                                item.priceMinor(),
                                item.listPriceMinor(),
                                item.currency(),
                                item.holdSeconds() * 1000L,
                                promo.opensAt().toEpochMilli(),
                                promo.closesAt().toEpochMilli(),
                                "LIVE",
                                item.planned(),
                                item.planned(),
                                0,
                                0))
                        .toList());
    }

    private static @Nullable Picture picture(@Nullable Image image) {
        return image == null || !image.published()
                ? null
                : new Picture("/media/" + image.name(), image.widths(), new Names(image.altZh(), image.altEn()));
    }
}
