package io.flashsale.e2e.client;

import io.flashsale.e2e.checker.Offer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a promo of one SKU is to be published with. */
public record Terms(
        String sku,
        String name,
        int stock,
        @Nullable Integer limit,
        Map<Integer, Integer> levelLimits,
        int minLevel,
        @Nullable Long list,
        long priceMinor,
        Duration hold,
        Instant opens,
        Instant closes) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** A SKU of its own, open now and for an hour, half an hour's hold, no limit. */
    public static Terms of(String name, int stock) {
        String sku = name + "-" + Long.toString(RANDOM.nextLong(1L << 40), 36);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new Terms(
                sku,
                sku,
                stock,
                null,
                Map.of(),
                0,
                null,
                1999,
                Duration.ofMinutes(30),
                now.minusSeconds(60),
                now.plusSeconds(3600));
    }

    /** What shoppers read. */
    public Terms named(String shown) {
        return new Terms(sku, shown, stock, limit, levelLimits, minLevel, list, priceMinor, hold, opens, closes);
    }

    public Terms limit(int units) {
        return new Terms(sku, name, stock, units, levelLimits, minLevel, list, priceMinor, hold, opens, closes);
    }

    public Terms levels(int least, Map<Integer, Integer> limits) {
        return new Terms(sku, name, stock, limit, limits, least, list, priceMinor, hold, opens, closes);
    }

    /** For who is on a list of the CMS alone. */
    public Terms onlyFor(long id) {
        return new Terms(sku, name, stock, limit, levelLimits, minLevel, id, priceMinor, hold, opens, closes);
    }

    public Terms price(long minor) {
        return new Terms(sku, name, stock, limit, levelLimits, minLevel, list, minor, hold, opens, closes);
    }

    public Terms hold(Duration span) {
        return new Terms(sku, name, stock, limit, levelLimits, minLevel, list, priceMinor, span, opens, closes);
    }

    public Terms window(Instant from, Instant to) {
        return new Terms(
                sku,
                name,
                stock,
                limit,
                levelLimits,
                minLevel,
                list,
                priceMinor,
                hold,
                from.truncatedTo(ChronoUnit.MILLIS),
                to.truncatedTo(ChronoUnit.MILLIS));
    }

    public Offer offer() {
        return new Offer(sku, stock, 0, 0, limit, levelLimits, minLevel, priceMinor, "CNY", opens, closes);
    }
}
