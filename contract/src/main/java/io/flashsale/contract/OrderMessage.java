package io.flashsale.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What travels on topic {@value #TOPIC}: versioned JSON, UTF-8. The message's key is the order id. A consumer that meets a
 * version or a type it does not know parks the message.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = OrderMessage.OrderPlaced.class, name = "ORDER_PLACED"),
    @JsonSubTypes.Type(value = OrderMessage.EpochMarker.class, name = "EPOCH_MARKER")
})
public sealed interface OrderMessage {

    String TOPIC = "flashsale-orders";

    int VERSION = 1;

    /** The version of this message's shape. */
    int v();

    /**
     * A reservation that was decided SEND. Times are epoch milliseconds on Redis's clock, the price is of one unit in minor
     * units of the currency.
     */
    record OrderPlaced(
            int v,
            String orderId,
            long promoId,
            long promoItemId,
            String sku,
            String userId,
            int userLevel,
            int quantity,
            long priceMinor,
            String currency,
            long promoVersion,
            @Nullable String requestId,
            long epoch,
            long seq,
            long reservedAt,
            long payBefore,
            @Nullable String traceId)
            implements OrderMessage {
        public OrderPlaced {
            Objects.requireNonNull(orderId, "orderId");
            Objects.requireNonNull(sku, "sku");
            Objects.requireNonNull(userId, "userId");
            Objects.requireNonNull(currency, "currency");
            if (quantity < 1 || quantity > 100) {
                throw new IllegalArgumentException("quantity " + quantity + " is not within 1 to 100");
            }
        }
    }

    /** Sent to every queue when items begin a new epoch: what was sent before it is in MySQL once it has been consumed. */
    record EpochMarker(int v, List<Fence> fences) implements OrderMessage {
        public EpochMarker {
            fences = List.copyOf(fences);
        }
    }

    /** From here on, in this queue, orders of the item from before {@code epoch} are rejected. */
    record Fence(long promoItemId, long epoch) {}

    /** Writes a message as UTF-8 JSON. */
    static byte[] encode(OrderMessage message) {
        return Json.MAPPER.writerFor(OrderMessage.class).writeValueAsBytes(message);
    }

    /**
     * Reads a message.
     *
     * @throws UnreadableMessage if it is not JSON, not of a known type or version, or lacks a field; the text says which
     */
    static OrderMessage decode(byte[] body) {
        OrderMessage message;
        try {
            message = Json.MAPPER.readValue(body, OrderMessage.class);
        } catch (JacksonException e) {
            throw new UnreadableMessage("not a message: " + e.getOriginalMessage(), e);
        }
        if (message == null) {
            throw new UnreadableMessage("not a message: null", null);
        }
        if (message.v() != VERSION) {
            throw new UnreadableMessage("version " + message.v() + " is not known, only " + VERSION, null);
        }
        return message;
    }

    /** A message that cannot be understood, now or by a retry. */
    final class UnreadableMessage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnreadableMessage(String why, @Nullable Throwable cause) {
            super(why, cause);
        }
    }

    /** Keeps the mapper out of the interface's public face. */
    final class Json {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();

        private Json() {}
    }
}
