package io.flashsale.consumer.stock;

/**
 * One line of the ledger about an order: units that go from one counter to another.
 *
 * @param units positive
 */
public record Movement(String orderId, long itemId, String sku, Event event, int units) {

    /** What happened, and to which counter a unit goes: available, held. Names as in {@code stock_ledger.event}. */
    public enum Event {
        HELD(-1, +1),
        CANCELLED(+1, -1),
        EXPIRED(+1, -1);

        final int available;
        final int held;

        Event(int available, int held) {
            this.available = available;
            this.held = held;
        }
    }

    /** The same event happens to an order once: UNIQUE in the ledger. */
    String operationId() {
        return orderId + ":" + event;
    }
}
