package io.flashsale.backend.order;

import io.flashsale.backend.account.Session;
import io.flashsale.backend.account.Sessions;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Messages;
import io.flashsale.backend.stock.Reservations;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What a buyer asks and does about orders. Another buyer's order is answered like one that does not exist. */
@RestController
final class OrderEndpoints {

    private static final Logger LOG = LoggerFactory.getLogger(OrderEndpoints.class);

    private final Sessions sessions;
    private final OrderQueries queries;
    private final BuyerOrderMapper orders;
    private final ItemDirectory items;
    private final Reservations reservations;
    private final Settlement settlement;
    private final ConsumerClient consumer;
    private final Clock clock;
    // A third of the pool's connections, half of the consumer's patience: the rest belongs to the intake and the loops.
    private final Bulkhead reading = new Bulkhead(4, Duration.ofMillis(500), "order");
    private final Bulkhead cancelling = new Bulkhead(8, Duration.ofMillis(500), "order");

    OrderEndpoints(
            Sessions sessions,
            OrderQueries queries,
            BuyerOrderMapper orders,
            ItemDirectory items,
            Reservations reservations,
            Settlement settlement,
            ConsumerClient consumer,
            Clock clock) {
        this.sessions = sessions;
        this.queries = queries;
        this.orders = orders;
        this.items = items;
        this.reservations = reservations;
        this.settlement = settlement;
        this.consumer = consumer;
        this.clock = clock;
    }

    @GetMapping("/api/orders/{id}")
    ResponseEntity<OrderView> find(@PathVariable String id, HttpServletRequest request) {
        Session session = sessions.require(request);
        OrderId orderId = parse(id);
        // A holder, because there may be no order.
        var found = reading.call(() -> java.util.Optional.ofNullable(queries.find(orderId, session.userId())));
        return ResponseEntity.ok()
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(found.orElseThrow(Refusal::unknownOrder));
    }

    @GetMapping("/api/cart")
    ResponseEntity<Map<String, Object>> cart(HttpServletRequest request) {
        Session session = sessions.require(request);
        var now = clock.instant();
        List<OrderView> live = reading.call(() -> orders.live(session.userId())).stream()
                .map(row -> OrderView.of(row, now))
                .toList();
        var body = new LinkedHashMap<String, Object>();
        body.put("orders", live);
        body.put("now", now);
        return ResponseEntity.ok().header(HttpHeaders.CACHE_CONTROL, "no-store").body(body);
    }

    @DeleteMapping("/api/cart/{id}")
    ResponseEntity<byte[]> cancel(@PathVariable String id, HttpServletRequest request) {
        Session session = sessions.requireForChange(request);
        OrderId orderId = parse(id);
        return cancelling.call(() -> cancel(orderId, session));
    }

    private ResponseEntity<byte[]> cancel(OrderId id, Session session) {
        OrderPlaced reservation = null;
        var row = orders.find(id.text());
        if (row == null) {
            reservation = reservationOf(id, session);
        } else if (!row.userId().equals(session.userId())) {
            throw Refusal.unknownOrder();
        }
        try {
            var answer = consumer.cancel(id.text(), new ConsumerClient.Cancellation(session.userId(), reservation));
            if (answer.status() >= 500 || answer.status() == 401) {
                LOG.warn("order-consumer answered {} to a cancellation", answer.status());
                throw Refusal.busy("order");
            }
            return ResponseEntity.status(answer.status())
                    .header(HttpHeaders.CONTENT_TYPE, answer.contentType())
                    .body(answer.body());
        } catch (IOException e) {
            LOG.warn("order-consumer was not reached: {}", e.toString());
            throw Refusal.busy("order");
        }
    }

    /**
     * The message of an order that has no row yet, for the consumer to insert before it cancels. Its verdict comes first:
     * what was refused is no order.
     */
    private @Nullable OrderPlaced reservationOf(OrderId id, Session session) {
        Item item = items.byId(id.promoItemId());
        if (item == null) {
            throw Refusal.unknownOrder();
        }
        var answer = reservations.find(item, id.text());
        if (answer instanceof Reservations.Answer.Unable) {
            throw Refusal.busy("stock");
        }
        if (answer instanceof Reservations.Answer.Found found) {
            return placed(id, item, session, found.reservation());
        }
        if (clock.instant().isBefore(id.madeAt().plus(OrderQueries.UNKNOWN_FOR))) {
            throw Refusal.busy("stock"); // it may come to life still
        }
        throw Refusal.unknownOrder();
    }

    private @Nullable OrderPlaced placed(OrderId id, Item item, Session session, Reservation reservation) {
        if (!reservation.userId().equals(session.userId())) {
            throw Refusal.unknownOrder();
        }
        if (reservation.state() == Reservation.State.TAKEN) {
            settlement.settle(List.of(new Candidate(
                    id.text(),
                    item.keys(),
                    reservation.userId(),
                    reservation.userLevel(),
                    reservation.quantity(),
                    false)));
            if (!(reservations.find(item, id.text()) instanceof Reservations.Answer.Found again)
                    || again.reservation().state() == Reservation.State.TAKEN) {
                throw Refusal.busy("stock");
            }
            return placed(id, item, session, again.reservation());
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

    private static OrderId parse(String id) {
        try {
            return OrderId.parse(id);
        } catch (IllegalArgumentException notAnId) {
            throw Refusal.unknownOrder();
        }
    }
}
