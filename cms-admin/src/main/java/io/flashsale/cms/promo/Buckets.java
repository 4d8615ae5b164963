package io.flashsale.cms.promo;

import io.flashsale.cms.web.Refusal;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How often a promo lets ask, where that is not what the edge's own settings say. Each is {@code rate:burst}, as {@code 5:10}: 5 a second
 * with a burst of 10, at each node of the edge.
 *
 * @param account one account for its goods; null: as the edge's settings say
 * @param sku all for one of its goods, on the way to Redis; likewise
 */
public record Buckets(@Nullable String account, @Nullable String sku) {

    static final Buckets NONE = new Buckets(null, null);

    private static final Pattern RATE = Pattern.compile("[0-9]{1,6}(?:\\.[0-9]{1,3})?");
    /** Until an empty bucket is full again: as long is it remembered at each edge. */
    private static final int LONGEST_SECONDS = 60;

    private static final Pattern BURST = Pattern.compile("[1-9][0-9]{0,6}");

    /** What was typed of one: both, or neither. */
    record Typed(String rate, String burst) {

        /** @throws Refusal 400 BUCKET_ODD */
        @Nullable
        String read(String field) {
            if (rate.isBlank() && burst.isBlank()) {
                return null;
            }
            if (RATE.matcher(rate.strip()).matches()
                    && BURST.matcher(burst.strip()).matches()) {
                BigDecimal number = new BigDecimal(rate.strip()).stripTrailingZeros();
                boolean soonFull =
                        new BigDecimal(burst.strip()).compareTo(number.multiply(BigDecimal.valueOf(LONGEST_SECONDS)))
                                <= 0;
                if (number.signum() > 0 && soonFull) {
                    return number.toPlainString() + ":" + burst.strip();
                }
            }
            throw Refusal.invalid(
                    "BUCKET_ODD",
                    field,
                    "A rate is above 0 with three decimals at most, and a burst a whole number above 0, of a minute at most.");
        }
    }

    boolean none() {
        return account == null && sku == null;
    }

    private static String part(@Nullable String bucket, int part) {
        return bucket == null ? "" : bucket.split(":")[part];
    }

    public String accountRate() {
        return part(account, 0);
    }

    public String accountBurst() {
        return part(account, 1);
    }

    public String skuRate() {
        return part(sku, 0);
    }

    public String skuBurst() {
        return part(sku, 1);
    }
}
