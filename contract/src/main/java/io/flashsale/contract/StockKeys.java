package io.flashsale.contract;

import java.util.List;

/** The Redis keys of one promo item in one epoch, hash-tagged by SKU. Built here and in the edge's {@code keys.lua} only. */
public record StockKeys(String sku, long promoItemId, long epoch) {

    private String key(String name) {
        return "fs:{" + sku + "}:" + promoItemId + ":" + epoch + ":" + name;
    }

    public String item() {
        return key("item");
    }

    public String buyers() {
        return key("buyers");
    }

    public String requests() {
        return key("requests");
    }

    public String reservations() {
        return key("reservations");
    }

    public String pending() {
        return key("pending");
    }

    public String holders() {
        return key("holders");
    }

    /** All six, in the order that {@code install} and {@code reserve} take them. */
    public List<String> all() {
        return List.of(item(), buyers(), requests(), reservations(), pending(), holders());
    }
}
