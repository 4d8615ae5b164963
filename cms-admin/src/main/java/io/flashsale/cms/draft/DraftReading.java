package io.flashsale.cms.draft;

import io.flashsale.cms.promo.DraftRequest;
import io.flashsale.cms.promo.Zones;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was typed as a promo that can be proposed. What cannot be read is absent from it and in the mistakes; the rest is judged by the
 * same rules as what programs propose.
 */
final class DraftReading {

    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
    private static final Pattern HOLD = Pattern.compile("([0-9]{1,5})(s?)");
    private static final Pattern PRICE = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,4})?");
    private static final Pattern LEVEL_LIMIT = Pattern.compile("([0-9]{1,4})\\s*=\\s*([0-9]{1,5})");

    private final Map<String, String> mistakes = new LinkedHashMap<>();
    private final DraftRequest request;

    DraftReading(DraftForm form) {
        String zone = Zones.known(form.zone()) ? form.zone() : null;
        if (zone == null) {
            mistakes.put("zone", "rule.zone");
        }
        var items = new ArrayList<DraftRequest.@Nullable Item>();
        for (int i = 0; i < form.items().size(); i++) {
            items.add(item("items[" + i + "].", form.items().get(i)));
        }
        request = new DraftRequest(
                form.name(),
                form.nameZh(),
                form.nameEn(),
                form.description(),
                form.descriptionZh(),
                form.descriptionEn(),
                time("opensAt", form.opensAt(), zone),
                time("closesAt", form.closesAt(), zone),
                zone,
                whole("expectedBuyers", form.expectedBuyers()),
                items,
                null);
    }

    DraftRequest request() {
        return request;
    }

    /** By the names of the form's fields; each says the rule that it breaks, as the key of a message. */
    Map<String, String> mistakes() {
        return mistakes;
    }

    private DraftRequest.Item item(String at, DraftForm.Item item) {
        String currency = item.currency().toUpperCase(Locale.ROOT);
        return new DraftRequest.Item(
                item.sku(),
                item.name(),
                item.nameZh(),
                item.nameEn(),
                price(at + "price", item.price(), currency),
                item.listPrice().isEmpty() ? null : price(at + "listPrice", item.listPrice(), currency),
                currency,
                whole(at + "published", item.published()),
                hold(at + "hold", item.hold()),
                whole(at + "quantityLimit", item.quantityLimit()),
                whole(at + "minLevel", item.minLevel()),
                levelLimits(at + "levelLimits", item.levelLimits()),
                number(at + "image", item.image()),
                number(at + "list", item.list()));
    }

    private @Nullable Long number(String field, String text) {
        Integer number = whole(field, text);
        return number == null ? null : number.longValue();
    }

    private @Nullable Integer whole(String field, String text) {
        if (text.isEmpty()) {
            return null;
        }
        return WHOLE.matcher(text).matches() ? Integer.valueOf(text) : wrong(field);
    }

    private @Nullable Integer hold(String field, String text) {
        Matcher hold = HOLD.matcher(text);
        if (!hold.matches()) {
            return wrong(field);
        }
        int number = Integer.parseInt(hold.group(1));
        return hold.group(2).isEmpty() ? number * 60 : number;
    }

    /** No rounding: what the currency has no coin for is no price. */
    private @Nullable Long price(String field, String text, String currency) {
        if (!PRICE.matcher(text).matches()) {
            return wrong(field);
        }
        try {
            int digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
            return new BigDecimal(text).movePointRight(digits).longValueExact();
        } catch (ArithmeticException tooFine) {
            return wrong(field);
        } catch (IllegalArgumentException unknownCurrency) {
            return 0L; // the currency is the mistake
        }
    }

    private @Nullable Map<String, @Nullable Integer> levelLimits(String field, String text) {
        if (text.isEmpty()) {
            return null;
        }
        var limits = new LinkedHashMap<String, @Nullable Integer>();
        for (String part : text.split("[,;，；]", -1)) {
            Matcher limit = LEVEL_LIMIT.matcher(part.strip());
            if (!limit.matches()
                    || limits.put(Integer.valueOf(limit.group(1)).toString(), Integer.valueOf(limit.group(2)))
                            != null) {
                return wrong(field);
            }
        }
        return limits;
    }

    /** As an instant. A time that the clocks of the zone leave out, or show twice, is none. */
    private @Nullable String time(String field, String text, @Nullable String zone) {
        if (zone == null) {
            return null;
        }
        try {
            var instants = Zones.instants(LocalDateTime.parse(text), zone);
            if (instants.size() == 1) {
                return instants.get(0).toString();
            }
            mistakes.put(field, instants.isEmpty() ? "rule.gap" : "rule.overlap");
        } catch (DateTimeParseException unreadable) {
            mistakes.put(field, "rule." + field);
        }
        return null;
    }

    private <T> @Nullable T wrong(String field) {
        mistakes.put(field, rule(field));
        return null;
    }

    /** The message that says what the field must be: {@code rule.items.sku} of {@code items[3].sku}. */
    static String rule(String field) {
        return "rule." + field.replaceAll("\\[\\d+]", "");
    }
}
