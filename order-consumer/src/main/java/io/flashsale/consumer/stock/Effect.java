package io.flashsale.consumer.stock;

import java.time.Instant;

/**
 * What a change in MySQL makes Redis owe, for the backend to carry.
 *
 * @param payload JSON
 * @param notBefore when it is due
 */
public record Effect(String kind, String payload, Instant notBefore) {

    /** Redis was proved wrong about the item: build it anew. */
    public static Effect rebuild(Instant now) {
        return new Effect("REBUILD", "{}", now);
    }

    /** The order's units are sold. */
    public static Effect sold(String orderId, Instant now) {
        return new Effect("SOLD", "{\"orderId\":\"" + orderId + "\"}", now);
    }

    /** This many sold units of the item went back on sale, all in all. */
    public static Effect restocked(int total, Instant notBefore) {
        return new Effect("RESTOCK", "{\"restocked\":" + total + "}", notBefore);
    }

    /** The order's units and quota go back on sale. An order id is made of base 36 digits and one dash, so it needs no escaping. */
    public static Effect release(String orderId, Instant notBefore) {
        return new Effect("RELEASE", "{\"orderId\":\"" + orderId + "\"}", notBefore);
    }
}
