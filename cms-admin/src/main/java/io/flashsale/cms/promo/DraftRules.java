package io.flashsale.cms.promo;

import io.flashsale.cms.promo.DraftRequest.Item;
import io.flashsale.cms.web.Violation;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a proposed promo and collects everything that is wrong with it, each in a sentence that names its field. */
final class DraftRules {

    static final int MAX_STOCK = 10_000_000;
    static final long MAX_PRICE_MINOR =
            100_000_000_000L; // times 100 units it is still exact in every language on the way
    static final int MAX_HOLD_SECONDS = 24 * 60 * 60;

    private static final int MAX_ITEMS = 100;
    private static final int MAX_NAME = 120;
    private static final int MAX_DESCRIPTION = 4_000;
    private static final int MAX_EXPECTED = 100_000_000;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_LEVEL = 1_000;
    private static final int MAX_LEVEL_LIMITS = 20; // packed, they fit their column
    private static final Duration MAX_WINDOW = Duration.ofDays(366);
    private static final Duration MAX_AHEAD = Duration.ofDays(366);

    private static final Pattern SKU = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern LEVEL = Pattern.compile("0|[1-9][0-9]{0,3}");

    /** {@code fs:catalog} keeps its version under this name, beside the SKUs. */
    private static final String RESERVED_SKU = "version";

    private final Instant now;
    private final List<Violation> violations = new ArrayList<>();

    private DraftRules(Instant now) {
        this.now = now;
    }

    /** A promo that can be stored, with what is wrong with it; usable only if that is nothing. */
    record Reading(PromoRow promo, List<ItemRow> items, List<Violation> violations) {}

    static Reading read(DraftRequest request, Instant now) {
        var rules = new DraftRules(now);
        PromoRow promo = rules.promo(request);
        List<ItemRow> items = rules.items(request.items());
        return new Reading(promo, items, List.copyOf(rules.violations));
    }

    private PromoRow promo(DraftRequest request) {
        var row = new PromoRow();
        row.name = text("name", request.name(), MAX_NAME);
        row.nameZh = optional("nameZh", request.nameZh());
        row.nameEn = optional("nameEn", request.nameEn());
        String description = optionalProse("description", request.description());
        row.description = description == null ? "" : description;
        row.descriptionZh = optionalProse("descriptionZh", request.descriptionZh());
        row.descriptionEn = optionalProse("descriptionEn", request.descriptionEn());
        row.zone = zone(request.zone());
        if (request.expectedBuyers() != null) {
            row.expectedBuyers = (int) number("expectedBuyers", request.expectedBuyers(), 1, MAX_EXPECTED);
        }
        Instant opens = time("opensAt", request.opensAt());
        Instant closes = time("closesAt", request.closesAt());
        if (opens != null && closes != null) {
            window(opens, closes);
            row.opensAt = opens.atOffset(ZoneOffset.UTC).toLocalDateTime();
            row.closesAt = closes.atOffset(ZoneOffset.UTC).toLocalDateTime();
        }
        return row;
    }

    private String zone(@Nullable String zone) {
        if (zone == null || Zones.known(zone)) {
            return zone == null ? "UTC" : zone;
        }
        wrong("zone", "must be a zone of the IANA database, for example Asia/Shanghai");
        return "UTC";
    }

    static boolean isWindow(Instant opens, Instant closes) {
        return opens.isBefore(closes) && Duration.between(opens, closes).compareTo(MAX_WINDOW) <= 0;
    }

    private void window(Instant opens, Instant closes) {
        if (!opens.isBefore(closes)) {
            wrong("closesAt", "must be after opensAt (" + opens + "), not " + closes);
        } else if (!closes.isAfter(now)) {
            wrong(
                    "closesAt",
                    "has already passed: it is " + closes + " and now is " + now.truncatedTo(ChronoUnit.SECONDS));
        } else if (Duration.between(opens, closes).compareTo(MAX_WINDOW) > 0) {
            wrong("closesAt", "must be within 366 days of opensAt");
        } else if (opens.isAfter(now.plus(MAX_AHEAD))) {
            wrong("opensAt", "must be within 366 days from now");
        }
    }

    private List<ItemRow> items(@Nullable List<@Nullable Item> items) {
        if (items == null || items.isEmpty() || items.size() > MAX_ITEMS) {
            wrong("items", "must be 1 to " + MAX_ITEMS + " items, not " + (items == null ? "absent" : items.size()));
            return List.of();
        }
        var rows = new ArrayList<ItemRow>();
        Set<String> skus = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            String at = "items[" + i + "]";
            Item item = items.get(i);
            if (item == null) {
                wrong(at, "must be an item, not null");
                continue;
            }
            ItemRow row = item(at + ".", item);
            if (!row.sku.isEmpty() && !skus.add(row.sku)) {
                wrong(at + ".sku", "is " + row.sku + ", which is in this promo already");
            }
            rows.add(row);
        }
        return rows;
    }

    private ItemRow item(String at, Item item) {
        var row = new ItemRow();
        row.sku = sku(at + "sku", item.sku());
        row.name = text(at + "name", item.name(), MAX_NAME);
        row.nameZh = optional(at + "nameZh", item.nameZh());
        row.nameEn = optional(at + "nameEn", item.nameEn());
        row.priceMinor = number(at + "priceMinor", item.priceMinor(), 0, MAX_PRICE_MINOR);
        if (item.listPriceMinor() != null) {
            row.listPriceMinor = listPrice(at + "listPriceMinor", item.listPriceMinor(), row.priceMinor);
        }
        row.currency = currency(at + "currency", item.currency());
        row.planned = (int) number(at + "published", item.published(), 1, MAX_STOCK);
        row.holdSeconds = (int) number(at + "holdSeconds", item.holdSeconds(), 1, MAX_HOLD_SECONDS);
        if (item.quantityLimit() != null) {
            row.quantityLimit = (int) number(at + "quantityLimit", item.quantityLimit(), 1, MAX_LIMIT);
        }
        if (item.minLevel() != null) {
            row.minLevel = (int) number(at + "minLevel", item.minLevel(), 0, MAX_LEVEL);
        }
        row.levelLimits = levelLimits(at + "levelLimits", item.levelLimits());
        row.imageId = item.image(); // whether there is one, the database knows
        row.listId = item.list(); // likewise
        return row;
    }

    private long listPrice(String field, long listPrice, long price) {
        int before = violations.size();
        long read = number(field, listPrice, 0, MAX_PRICE_MINOR);
        if (violations.size() == before && read <= price) {
            wrong(field, "must be more than priceMinor (" + price + "), not " + read);
        }
        return read;
    }

    private String sku(String field, @Nullable String sku) {
        if (sku == null || !SKU.matcher(sku).matches()) {
            wrong(field, "must be 1 to 64 of A-Z a-z 0-9 _ -" + (sku == null ? ", and is missing" : ""));
            return "";
        }
        if (sku.equals(RESERVED_SKU)) {
            wrong(field, "must not be '" + RESERVED_SKU + "', which the catalogue keeps for itself");
            return "";
        }
        return sku;
    }

    private String currency(String field, @Nullable String code) {
        try {
            if (code != null) {
                return Currency.getInstance(code).getCurrencyCode();
            }
        } catch (IllegalArgumentException unknown) {
            // falls through to the same sentence
        }
        wrong(field, "must be a currency of ISO 4217, for example CNY" + (code == null ? ", and is missing" : ""));
        return "";
    }

    private @Nullable String levelLimits(String field, @Nullable Map<String, @Nullable Integer> limits) {
        if (limits == null) {
            return null;
        }
        int before = violations.size();
        if (limits.size() > MAX_LEVEL_LIMITS) {
            wrong(field, "must be at most " + MAX_LEVEL_LIMITS + " levels, not " + limits.size());
        }
        limits.forEach((level, limit) -> {
            if (!LEVEL.matcher(level).matches() || Integer.parseInt(level) > MAX_LEVEL) {
                wrong(field, "must be keyed by levels 0 to " + MAX_LEVEL);
                return;
            }
            number(field + "." + level, limit, 0, MAX_LIMIT);
        });
        return violations.size() == before ? LevelLimits.pack(limits) : null;
    }

    private long number(String field, @Nullable Number value, long least, long most) {
        if (value == null) {
            wrong(field, "must be " + least + " to " + most + ", and is missing");
            return least;
        }
        long number = value.longValue();
        if (number < least || number > most) {
            wrong(field, "must be " + least + " to " + most + ", not " + number);
            return least;
        }
        return number;
    }

    private String text(String field, @Nullable String text, int most) {
        String stripped = text == null ? "" : text.strip();
        if (stripped.isEmpty()) {
            wrong(field, "must be 1 to " + most + " characters, and is missing");
            return "";
        }
        return prose(field, stripped, most);
    }

    private @Nullable String optional(String field, @Nullable String text) {
        return text == null || text.isBlank() ? null : text(field, text, MAX_NAME);
    }

    private @Nullable String optionalProse(String field, @Nullable String text) {
        return text == null || text.isBlank() ? null : prose(field, text, MAX_DESCRIPTION);
    }

    private String prose(String field, String text, int most) {
        if (text.codePointCount(0, text.length()) > most) {
            wrong(field, "must be at most " + most + " characters");
            return "";
        }
        // Line breaks belong in prose; the other controls, and halves of characters, belong nowhere.
        boolean clean = text.codePoints()
                .allMatch(c -> c == '\n' || c == '\r' || c == '\t'
                        ? field.startsWith("description")
                        : !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE);
        if (!clean) {
            wrong(field, "must not have control characters");
            return "";
        }
        return text;
    }

    private @Nullable Instant time(String field, @Nullable String text) {
        if (text != null) {
            try {
                Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
                int year = time.atOffset(ZoneOffset.UTC).getYear();
                if (year >= 2000 && year < 2100) {
                    return time;
                }
            } catch (DateTimeParseException unreadable) {
                // falls through to the same sentence
            }
        }
        wrong(field, "must be a time like 2026-11-20T12:00:00Z" + (text == null ? ", and is missing" : ""));
        return null;
    }

    private void wrong(String field, String problem) {
        violations.add(new Violation(field, problem));
    }
}
