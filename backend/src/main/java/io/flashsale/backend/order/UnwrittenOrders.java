package io.flashsale.backend.order;

import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Messages;
import io.flashsale.backend.stock.Reservations;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.Reservation.State;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Orders that their buyers want to change before their rows are there: the message of such an order goes along, for the consumer to
 * insert first.
 */
@Component
public final class UnwrittenOrders {

    private final BuyerOrderMapper orders;
    private final ItemDirectory items;
    private final Reservations reservations;
    private final Settlement settlement;
    private final Clock clock;

    UnwrittenOrders(
            BuyerOrderMapper orders,
            ItemDirectory items,
            Reservations reservations,
            Settlement settlement,
            Clock clock) {
        this.orders = orders;
        this.items = items;
        this.reservations = reservations;
        this.settlement = settlement;
        this.clock = clock;
    }

    /**
     * Its verdict comes first: what was refused is no order.
     *
     * @return null if the row is there
     * @throws Refusal if it is not this buyer's, or there is none, or nobody can say at present
     */
    public @Nullable OrderPlaced reservationOf(OrderId id, String userId) {
        var row = orders.find(id.text());
        if (row != null) {
            if (!row.userId().equals(userId)) {
                throw Refusal.unknownOrder();
            }
            return null;
        }
        Item item = items.byId(id.promoItemId());
        if (item == null) {
            throw Refusal.unknownOrder();
        }
        var answer = reservations.find(item, id.text());
        if (answer instanceof Reservations.Answer.Unable) {
            throw Refusal.busy("stock");
        }
        if (answer instanceof Reservations.Answer.Found found) {
            return placed(id, item, userId, found.reservation());
        }
        if (clock.instant().isBefore(id.madeAt().plus(OrderQueries.UNKNOWN_FOR))) {
            throw Refusal.busy("stock"); // it may come to life still
        }
        throw Refusal.unknownOrder();
    }

    private @Nullable OrderPlaced placed(OrderId id, Item item, String userId, Reservation reservation) {
        if (!reservation.userId().equals(userId)) {
            throw Refusal.unknownOrder();
        }
        if (reservation.state() == State.TAKEN) {
            settlement.settle(List.of(new Candidate(
                    id.text(),
                    item.keys(),
                    reservation.userId(),
                    reservation.userLevel(),
                    reservation.quantity(),
                    false)));
            if (!(reservations.find(item, id.text()) instanceof Reservations.Answer.Found again)
                    || again.reservation().state() == State.TAKEN) {
                throw Refusal.busy("stock");
            }
            return placed(id, item, userId, again.reservation());
        }
        return switch (reservation.state()) {
            case REFUSED -> throw Refusal.of(409, "REFUSED", "This order was refused: " + reservation.code() + ".");
            case SEND, TAKEN ->
                Messages.placed(
                        id.text(),
                        item.keys(),
                        item.promoId(),
                        item.priceMinor(),
                        item.currency(),
                        Item.PROMO_VERSION,
                        reservation);
            case GIVEN_BACK, PAID -> null; // the row is there by now
        };
    }
}
