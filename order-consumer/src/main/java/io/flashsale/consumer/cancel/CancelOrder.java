package io.flashsale.consumer.cancel;

import io.flashsale.consumer.order.BuyersOrder;
import io.flashsale.consumer.order.Ending;
import io.flashsale.consumer.order.Endings;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Cancels one order of one buyer. */
@Component
class CancelOrder {

    /** What a cancel came to. */
    sealed interface Outcome {
        record Cancelled(boolean changed) implements Outcome {}

        /** The order is in a state that has nothing to cancel. */
        record NotCancellable(OrderState state) implements Outcome {}

        /** No such order of this buyer. */
        record Unknown() implements Outcome {}

        /** There is no row, and the reservation that was brought cannot become one; the text says why. */
        record Unusable(String why) implements Outcome {}
    }

    private final BuyersOrder orders;
    private final Endings endings;
    private final Transactions transactions;
    private final Clock clock;

    CancelOrder(BuyersOrder orders, Endings endings, Transactions transactions, Clock clock) {
        this.orders = orders;
        this.endings = endings;
        this.transactions = transactions;
        this.clock = clock;
    }

    Outcome cancel(OrderId id, String userId, @Nullable OrderPlaced reservation) {
        return transactions.retrying(() -> cancelUnderLocks(id, userId, reservation));
    }

    private Outcome cancelUnderLocks(OrderId id, String userId, @Nullable OrderPlaced reservation) {
        Instant now = clock.instant();
        var answer = orders.lock(id, userId, reservation, now);
        if (answer instanceof BuyersOrder.Answer.Unusable unusable) {
            return new Outcome.Unusable(unusable.why());
        }
        if (!(answer instanceof BuyersOrder.Answer.Found found)) {
            return new Outcome.Unknown();
        }
        return switch (found.row().state()) {
            case PENDING_PAYMENT -> {
                endings.end(found.item(), List.of(found.row()), Ending.CANCELLED, now);
                yield new Outcome.Cancelled(true);
            }
            case CANCELLED -> new Outcome.Cancelled(false);
            default -> new Outcome.NotCancellable(found.row().state());
        };
    }
}
