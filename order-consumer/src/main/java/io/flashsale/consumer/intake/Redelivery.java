package io.flashsale.consumer.intake;

import io.flashsale.consumer.parking.ParkedMessages.Parked;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Delivers a parked message once more, the way that every message goes. */
@Component
public class Redelivery {

    /** What it came to this time. */
    public enum Outcome {
        /** It is an order now, or its order was there already. */
        ORDER,
        /** Its order is rejected, with the reason in its row. */
        REJECTED,
        /** It cannot become an order still. */
        PARKED
    }

    private final BatchWriter writer;

    Redelivery(BatchWriter writer) {
        this.writer = writer;
    }

    /** @throws RuntimeException if the infrastructure failed; the message is parked as before */
    public Outcome deliver(Parked message) {
        BatchWriter.Tally tally = writer.write(java.util.List.of(delivery(message)));
        if (tally.parked() > 0) {
            return Outcome.PARKED;
        }
        return tally.rejected().isEmpty() ? Outcome.ORDER : Outcome.REJECTED;
    }

    /** The order in it; null where it cannot be read. */
    public @Nullable OrderPlaced order(Parked message) {
        return delivery(message).read() instanceof Delivery.Read.Order order ? order.placed() : null;
    }

    /** Why it cannot be read; null where it can. */
    public @Nullable String unreadable(Parked message) {
        return delivery(message).read() instanceof Delivery.Read.Unreadable unreadable ? unreadable.why() : null;
    }

    /** Of no broker: what was parked is behind no queue's fence. */
    private static Delivery delivery(Parked message) {
        var queue = new Delivery.Queue(message.topic(), "", message.queueId());
        return new Delivery(message.messageId(), queue, message.offset(), message.orderId(), message.body(), 0, null);
    }
}
