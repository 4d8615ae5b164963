package io.flashsale.cms.draft;

import io.flashsale.cms.promo.PromoView;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A promo as it is typed: texts, of which any may be missing or wrong.
 *
 * @param nameZh on Chinese pages, where it is not the name; likewise of its items
 * @param nameEn on English pages, likewise
 * @param descriptionZh on Chinese pages, where it is not the description; likewise in English
 * @param opensAt in the zone, as {@code 2026-12-01T20:00}
 * @param closesAt in the zone
 * @param expectedBuyers shoppers who are expected when it opens
 */
public record DraftForm(
        String name,
        String nameZh,
        String nameEn,
        String description,
        String descriptionZh,
        String descriptionEn,
        String zone,
        String opensAt,
        String closesAt,
        String expectedBuyers,
        List<Item> items) {

    /**
     * @param price of one unit, as {@code 19.99}
     * @param listPrice what it costs otherwise
     * @param hold minutes
     * @param levelLimits as {@code 1=2, 5=10}
     * @param image the number of a picture
     * @param list the number of a list of those who alone may buy
     */
    public record Item(
            String sku,
            String name,
            String nameZh,
            String nameEn,
            String price,
            String listPrice,
            String currency,
            String published,
            String hold,
            String quantityLimit,
            String minLevel,
            String levelLimits,
            String image,
            String list) {

        public Item {
            sku = typed(sku);
            name = typed(name);
            nameZh = typed(nameZh);
            nameEn = typed(nameEn);
            price = typed(price);
            listPrice = typed(listPrice);
            currency = typed(currency);
            published = typed(published);
            hold = typed(hold);
            quantityLimit = typed(quantityLimit);
            minLevel = typed(minLevel);
            levelLimits = typed(levelLimits);
            image = typed(image);
            list = typed(list);
        }

        /** Each text by the name of its field, in the order of the form; a sheet has the same names at the head of its columns. */
        Map<String, String> fields() {
            var fields = new LinkedHashMap<String, String>();
            fields.put("sku", sku);
            fields.put("name", name);
            fields.put("nameZh", nameZh);
            fields.put("nameEn", nameEn);
            fields.put("price", price);
            fields.put("listPrice", listPrice);
            fields.put("currency", currency);
            fields.put("published", published);
            fields.put("hold", hold);
            fields.put("quantityLimit", quantityLimit);
            fields.put("minLevel", minLevel);
            fields.put("levelLimits", levelLimits);
            fields.put("image", image);
            fields.put("list", list);
            return fields;
        }

        /** The same with other texts in some of its fields. */
        Item with(Map<String, String> others) {
            return new Item(
                    others.getOrDefault("sku", sku),
                    others.getOrDefault("name", name),
                    others.getOrDefault("nameZh", nameZh),
                    others.getOrDefault("nameEn", nameEn),
                    others.getOrDefault("price", price),
                    others.getOrDefault("listPrice", listPrice),
                    others.getOrDefault("currency", currency),
                    others.getOrDefault("published", published),
                    others.getOrDefault("hold", hold),
                    others.getOrDefault("quantityLimit", quantityLimit),
                    others.getOrDefault("minLevel", minLevel),
                    others.getOrDefault("levelLimits", levelLimits),
                    others.getOrDefault("image", image),
                    others.getOrDefault("list", list));
        }

        /** Whether nobody has typed anything into it. */
        boolean untouched() {
            return equals(blank(currency));
        }

        static Item blank(String currency) {
            return new Item("", "", "", "", "", "", currency, "", "30", "", "", "", "", "");
        }

        private static Item of(PromoView.Item item) {
            return new Item(
                    item.sku(),
                    item.name(),
                    orNothing(item.nameZh()),
                    orNothing(item.nameEn()),
                    amount(item.priceMinor(), item.currency()),
                    item.listPriceMinor() == null ? "" : amount(item.listPriceMinor(), item.currency()),
                    item.currency(),
                    Integer.toString(item.planned()),
                    minutes(item.holdSeconds()),
                    item.quantityLimit() == null ? "" : item.quantityLimit().toString(),
                    item.minLevel() == 0 ? "" : Integer.toString(item.minLevel()),
                    item.levelLimits() == null
                            ? ""
                            : item.levelLimits().entrySet().stream()
                                    .map(limit -> limit.getKey() + "=" + limit.getValue())
                                    .collect(Collectors.joining(", ")),
                    item.image() == null ? "" : item.image().toString(),
                    item.list() == null ? "" : item.list().toString());
        }

        private static String amount(long minor, String currency) {
            int digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
            return BigDecimal.valueOf(minor, digits).toPlainString();
        }

        private static String minutes(int seconds) {
            return seconds % 60 == 0 ? Integer.toString(seconds / 60) : seconds + "s";
        }
    }

    public DraftForm {
        name = typed(name);
        nameZh = typed(nameZh);
        nameEn = typed(nameEn);
        description = typed(description);
        descriptionZh = typed(descriptionZh);
        descriptionEn = typed(descriptionEn);
        zone = typed(zone);
        opensAt = typed(opensAt);
        closesAt = typed(closesAt);
        expectedBuyers = typed(expectedBuyers);
        items = items == null
                ? List.of()
                : items.stream().filter(Objects::nonNull).toList();
    }

    /** With one item, since a promo has one at least. */
    static DraftForm blank(String zone) {
        return new DraftForm("", "", "", "", "", "", zone, "", "", "", List.of(Item.blank("CNY")));
    }

    /** @param times whether it is for the same time as the promo was */
    static DraftForm of(PromoView promo, boolean times) {
        return new DraftForm(
                promo.name(),
                orNothing(promo.nameZh()),
                orNothing(promo.nameEn()),
                promo.description(),
                orNothing(promo.descriptionZh()),
                orNothing(promo.descriptionEn()),
                promo.zone(),
                times ? local(promo.opensAt(), promo.zone()) : "",
                times ? local(promo.closesAt(), promo.zone()) : "",
                promo.expectedBuyers() == null ? "" : promo.expectedBuyers().toString(),
                promo.items().stream().map(Item::of).toList());
    }

    private static String local(Instant time, String zone) {
        return time.atZone(ZoneId.of(zone)).toLocalDateTime().toString();
    }

    DraftForm withAnotherItem() {
        var more = new ArrayList<Item>(items);
        more.add(
                Item.blank(items.isEmpty() ? "CNY" : items.get(items.size() - 1).currency()));
        return with(more);
    }

    DraftForm without(int index) {
        var fewer = new ArrayList<Item>(items);
        if (index >= 0 && index < fewer.size()) {
            fewer.remove(index);
        }
        return with(fewer);
    }

    DraftForm with(List<Item> others) {
        return new DraftForm(
                name,
                nameZh,
                nameEn,
                description,
                descriptionZh,
                descriptionEn,
                zone,
                opensAt,
                closesAt,
                expectedBuyers,
                others);
    }

    /** Each text by the name of its field. */
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("name", name);
        fields.put("nameZh", nameZh);
        fields.put("nameEn", nameEn);
        fields.put("description", description);
        fields.put("descriptionZh", descriptionZh);
        fields.put("descriptionEn", descriptionEn);
        fields.put("zone", zone);
        fields.put("opensAt", opensAt);
        fields.put("closesAt", closesAt);
        fields.put("expectedBuyers", expectedBuyers);
        for (int i = 0; i < items.size(); i++) {
            String at = "items[" + i + "].";
            items.get(i).fields().forEach((field, text) -> fields.put(at + field, text));
        }
        return fields;
    }

    private static String orNothing(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String typed(@Nullable String text) {
        // As browsers send line breaks in forms, and as scripts do.
        return text == null ? "" : text.strip().replaceAll("\\r\\n?", "\n");
    }
}
