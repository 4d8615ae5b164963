package io.flashsale.backend.order;

import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Reservations;
import io.flashsale.backend.stock.Reservations.Answer;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.Reservation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What an order id is, from MySQL first and Redis where MySQL has nothing yet. What was shown once never vanishes or goes
 * back: {@code QUEUED} is said only of what the queue has, since a Redis that dies keeps nothing else.
 */
@Component
final class OrderQueries {

    /** An id's not-after, and the second after which an id that nobody knows is finally nothing. */
    static final Duration UNKNOWN_FOR = Duration.ofSeconds(3);

    private final BuyerOrderMapper orders;
    private final ItemDirectory items;
    private final Reservations reservations;
    private final Clock clock;

    OrderQueries(BuyerOrderMapper orders, ItemDirectory items, Reservations reservations, Clock clock) {
        this.orders = orders;
        this.items = items;
        this.reservations = reservations;
        this.clock = clock;
    }

    /** Null: there is no such order for this buyer, finally. */
    @Nullable
    OrderView find(OrderId id, String userId) {
        var row = orders.find(id.text());
        if (row != null) {
            return row.userId().equals(userId) ? OrderView.of(row, clock.instant()) : null;
        }
        Item item = items.byId(id.promoItemId());
        if (item == null || item.epoch() == 0) {
            return null;
        }
        var answer = reservations.find(item, id.text());
        if (answer instanceof Answer.Found found) {
            return found.reservation().userId().equals(userId) ? reserved(id, item, found) : null;
        }
        if (answer instanceof Answer.Unable) {
            // It may have been shown as QUEUED already, and PENDING would be a step back.
            throw Refusal.busy("stock");
        }
        return unknown(id, userId);
    }

    private @Nullable OrderView unknown(OrderId id, String userId) {
        if (clock.instant().isBefore(id.madeAt().plus(UNKNOWN_FOR))) {
            return pending(id);
        }
        // A rebuild may have moved it from Redis's memory to MySQL's between the two looks.
        var row = orders.find(id.text());
        return row != null && row.userId().equals(userId) ? OrderView.of(row, clock.instant()) : null;
    }

    private OrderView reserved(OrderId id, Item item, Answer.Found found) {
        var reservation = found.reservation();
        return switch (reservation.state()) {
            case TAKEN -> pending(id);
            case SEND -> found.acknowledged() ? view(id, item, reservation, "QUEUED", null) : pending(id);
            case REFUSED -> view(id, item, reservation, "REFUSED", reservation.code());
            case GIVEN_BACK, PAID -> afterwards(id, item, reservation);
        };
    }

    /** Redis learns of these from MySQL, so the row was written after the first look. */
    private OrderView afterwards(OrderId id, Item item, Reservation reservation) {
        var row = orders.find(id.text());
        return row == null ? view(id, item, reservation, "QUEUED", null) : OrderView.of(row, clock.instant());
    }

    private OrderView pending(OrderId id) {
        return OrderView.pending(id.text(), clock.instant());
    }

    private OrderView view(OrderId id, Item item, Reservation reservation, String state, @Nullable String code) {
        return new OrderView(
                id.text(),
                state,
                code,
                null,
                item.sku(),
                reservation.quantity(),
                null,
                null,
                item.priceMinor(),
                item.currency(),
                Instant.ofEpochMilli(reservation.reservedAt()),
                Instant.ofEpochMilli(reservation.payBefore()),
                clock.instant());
    }
}
