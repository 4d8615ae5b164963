package io.flashsale.backend.stock;

import io.flashsale.contract.Reservation;
import io.lettuce.core.RedisException;
import java.util.List;
import org.springframework.stereotype.Component;

/** Looks single reservations up in Redis, for the questions of buyers. */
@Component
public final class Reservations {

    private final RedisLink link;
    private final StockFunctions functions;

    Reservations(RedisLink link, StockFunctions functions) {
        this.link = link;
        this.functions = functions;
    }

    /** What Redis says of an order id. */
    public sealed interface Answer {
        /** {@code acknowledged}: the queue has it. */
        record Found(Reservation reservation, boolean acknowledged) implements Answer {}

        /** Redis is on sale and has no such reservation. */
        record Unknown() implements Answer {}

        /** Redis is away or being rebuilt: nothing can be said. */
        record Unable() implements Answer {}
    }

    public Answer find(Item item, String orderId) {
        try {
            // In this order, over one connection: what is not in the pending set but was there before is acknowledged.
            var pending = link.commands().zscore(item.keys().pending(), orderId);
            var packed = link.commands().hget(item.keys().reservations(), orderId);
            var state = functions.snapshot(List.of(item.keys())).items().get(0);
            boolean waits = RedisLink.await(pending) != null;
            String found = RedisLink.await(packed);
            if (state == null || !state.ready()) {
                return new Answer.Unable();
            }
            return found == null ? new Answer.Unknown() : new Answer.Found(Reservation.unpack(found), !waits);
        } catch (RedisException away) {
            return new Answer.Unable();
        }
    }
}
