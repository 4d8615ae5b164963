package io.flashsale.consumer.order;

import io.flashsale.consumer.stock.Effect;
import io.flashsale.consumer.stock.Item;
import io.flashsale.consumer.stock.LedgerEvent;
import io.flashsale.consumer.stock.Stock;
import io.flashsale.consumer.store.Utc;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * {@code PAID} → {@code REFUND_PENDING} → {@code REFUNDED}, and the parts of an order on the way there: the one place where sold units
 * come back. The buyer's quota stays used, so that nobody buys, returns and buys again. State, counters, ledger and what Redis is owed
 * change in the caller's transaction, under the item's lock and the order's.
 */
@Component
public class Returns {

    private static final String REASON = "REFUNDED";

    private final OrderMapper orders;
    private final Stock stock;
    private final Endings endings;

    Returns(OrderMapper orders, Stock stock, Endings endings) {
        this.orders = orders;
        this.stock = stock;
        this.endings = endings;
    }

    /**
     * Units of an order for which the money goes back.
     *
     * @param row locked, {@code PAID}, with at least so many units that were not refunded yet
     * @param restock whether the units are on sale again; else they are gone
     * @param refundId the ledger's operation
     */
    public void refund(Item item, OrderRow row, int units, boolean restock, String refundId, Instant now) {
        if (orders.refund(row.id(), units, REASON, Utc.text(now)) != 1) {
            throw new IllegalStateException(
                    "order " + row.id() + " has no " + units + " units left to refund under its lock");
        }
        var event = restock ? LedgerEvent.RETURNED : LedgerEvent.REFUNDED;
        if (restock) {
            stock.restock(item.id(), units);
            stock.owe(item, List.of(Effect.restocked(item.restocked() + units, endings.afterRest(now))), now);
        }
        stock.append(event, refundId + ":" + event, row.id(), item.id(), item.sku(), units, now);
    }

    /** All the money of a wholly refunded order has gone back. @return false if it is not such an order */
    public boolean complete(OrderRow row, Instant now) {
        return orders.refunded(row.id(), Utc.text(now)) == 1;
    }
}
