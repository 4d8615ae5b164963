package io.flashsale.consumer.intake;

import io.flashsale.consumer.parking.ParkedMessages.Parked;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.OrderMessage.UnreadableMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One message as it was delivered, once or again.
 *
 * @param messageId the broker's, of this one stored message: a redelivery has the same, a repeated send another
 * @param key the order's id, as the sender put it
 * @param storedAt when the broker had it, epoch milliseconds
 * @param traceparent the span that sent it, as W3C writes it; null where none was recorded
 */
record Delivery(
        String messageId,
        Queue queue,
        long offset,
        @Nullable String key,
        byte[] body,
        long storedAt,
        @Nullable String traceparent) {

    /** A queue of the topic at one broker: what order and fences are about. */
    record Queue(String topic, String broker, int id) {}

    /** A delivery and what its body says. */
    sealed interface Read {
        Delivery delivery();

        record Order(Delivery delivery, OrderPlaced placed) implements Read {}

        record Marker(Delivery delivery, OrderMessage.EpochMarker marker) implements Read {}

        record Unreadable(Delivery delivery, String why) implements Read {}
    }

    /** Longer bodies are not orders (some 500 bytes) nor markers (some 30 bytes an item); they are not even parsed. */
    static final int LONGEST_BODY = 1 << 20;

    Read read() {
        if (body.length > LONGEST_BODY) {
            return new Read.Unreadable(
                    this, "the body has " + body.length + " bytes, at most " + LONGEST_BODY + " are read");
        }
        OrderMessage message;
        try {
            message = OrderMessage.decode(body);
        } catch (UnreadableMessage e) {
            return new Read.Unreadable(this, String.valueOf(e.getMessage()));
        }
        if (message instanceof OrderPlaced placed) {
            String wrong = whatIsWrong(placed);
            return wrong == null ? new Read.Order(this, placed) : new Read.Unreadable(this, wrong);
        }
        return new Read.Marker(this, (OrderMessage.EpochMarker) message);
    }

    /** What can be told without looking into the database. */
    private static @Nullable String whatIsWrong(OrderPlaced placed) {
        OrderId id;
        try {
            id = OrderId.parse(placed.orderId());
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
        if (id.promoItemId() != placed.promoItemId()) {
            return "order " + placed.orderId() + " does not belong to item " + placed.promoItemId();
        }
        return null;
    }

    Parked parked(String reason) {
        return new Parked(messageId, queue.topic(), queue.id(), offset, key, itemId(), body, reason);
    }

    /** As the body says or, where that cannot be read, as the key does: a rebuild counts the parked messages of an item. */
    private @Nullable Long itemId() {
        if (read() instanceof Read.Order order) {
            return order.placed().promoItemId();
        }
        if (key == null) {
            return null;
        }
        try {
            return OrderId.parse(key).promoItemId();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    Duration age(long nowMillis) {
        return Duration.ofMillis(Math.max(0, nowMillis - storedAt));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Delivery that && messageId.equals(that.messageId);
    }

    @Override
    public int hashCode() {
        return messageId.hashCode();
    }
}
