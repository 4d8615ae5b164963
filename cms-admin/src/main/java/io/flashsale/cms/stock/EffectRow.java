package io.flashsale.cms.stock;

/** A row to insert; {@code id} is filled in by doing so. */
final class EffectRow {

    long id;
    final long itemId;
    final long version;
    final String kind;
    final String payload;

    EffectRow(long itemId, long version, String kind, String payload) {
        this.itemId = itemId;
        this.version = version;
        this.kind = kind;
        this.payload = payload;
    }
}
