package io.flashsale.e2e.checker;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario promised to buyers, in its own words, so that a wrong row in the product's tables cannot excuse itself.
 *
 * @param stock units published at first
 * @param toppedUp units added later
 * @param withdrawn units taken off sale again, unsold
 * @param limit units per buyer; null: none
 * @param levelLimits units per buyer of a level, where it differs; 0: the level may not buy
 */
public record Offer(
        String sku,
        int stock,
        int toppedUp,
        int withdrawn,
        @Nullable Integer limit,
        Map<Integer, Integer> levelLimits,
        int minLevel,
        long priceMinor,
        String currency,
        Instant opens,
        Instant closes) {

    public Offer {
        levelLimits = Map.copyOf(levelLimits);
    }

    /** All units that were for sale and not taken off it again. */
    public int units() {
        return stock + toppedUp - withdrawn;
    }

    /** Units that a buyer of this level may hold or own at a time. */
    public int limitOf(int level) {
        if (level < minLevel) {
            return 0;
        }
        Integer special = levelLimits.get(level);
        if (special != null) {
            return special;
        }
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    public Offer toppedUpBy(int more) {
        return with(toppedUp + more, withdrawn, closes);
    }

    public Offer withdrawnBy(int units) {
        return with(toppedUp, withdrawn + units, closes);
    }

    public Offer closingAt(Instant when) {
        return with(toppedUp, withdrawn, when);
    }

    private Offer with(int added, int taken, Instant until) {
        return new Offer(sku, stock, added, taken, limit, levelLimits, minLevel, priceMinor, currency, opens, until);
    }
}
