package io.flashsale.contract;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * An order's id: the promo item's id in base 36, {@code -}, a time-ordered 64-bit number in base 36. The edge makes it; its
 * upper 42 bits are milliseconds since 1970, so that anyone can tell when an id that nobody knows stopped being possible.
 * Opaque to clients.
 */
public record OrderId(String text, long promoItemId, Instant madeAt) {

    private static final int RANDOM_BITS = 22;
    private static final Pattern SHAPE = Pattern.compile("([0-9a-z]{1,13})-([0-9a-z]{1,13})");

    /** Reads an id. @throws IllegalArgumentException if the text is not one */
    public static OrderId parse(String text) {
        var match = SHAPE.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("not an order id: " + text);
        }
        try {
            long item = Long.parseLong(match.group(1), 36);
            long number = Long.parseUnsignedLong(match.group(2), 36);
            return new OrderId(text, item, Instant.ofEpochMilli(number >>> RANDOM_BITS));
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException("not an order id: " + text, tooLarge);
        }
    }

    /** Makes an id from its parts; {@code tail} fills the lower 22 bits. For tests and tools: orders get theirs at the edge. */
    public static OrderId of(long promoItemId, Instant madeAt, int tail) {
        long millis = madeAt.toEpochMilli();
        long number = (millis << RANDOM_BITS) | (tail & ((1 << RANDOM_BITS) - 1));
        String text = Long.toString(promoItemId, 36) + "-" + Long.toUnsignedString(number, 36);
        return new OrderId(text, promoItemId, Instant.ofEpochMilli(millis));
    }

    @Override
    public String toString() {
        return text;
    }
}
