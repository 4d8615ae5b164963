package io.flashsale.backend.order;

import io.flashsale.backend.account.Session;
import io.flashsale.backend.account.Sessions;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.OrderId;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What a buyer asks and does about orders. Another buyer's order is answered like one that does not exist. */
@RestController
final class OrderEndpoints {

    private final Sessions sessions;
    private final OrderQueries queries;
    private final BuyerOrderMapper orders;
    private final UnwrittenOrders unwritten;
    private final ConsumerClient consumer;
    private final Clock clock;
    // A third of the pool's connections, half of the consumer's patience: the rest belongs to the intake and the loops.
    private final Bulkhead reading = new Bulkhead(4, Duration.ofMillis(500), "order");
    private final Bulkhead cancelling = new Bulkhead(8, Duration.ofMillis(500), "order");

    OrderEndpoints(
            Sessions sessions,
            OrderQueries queries,
            BuyerOrderMapper orders,
            UnwrittenOrders unwritten,
            ConsumerClient consumer,
            Clock clock) {
        this.sessions = sessions;
        this.queries = queries;
        this.orders = orders;
        this.unwritten = unwritten;
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
        var reservation = unwritten.reservationOf(id, session.userId());
        return consumer.post(
                "/internal/orders/" + id.text() + "/cancel",
                new ConsumerClient.Change(session.userId(), reservation),
                "order");
    }

    private static OrderId parse(String id) {
        try {
            return OrderId.parse(id);
        } catch (IllegalArgumentException notAnId) {
            throw Refusal.unknownOrder();
        }
    }
}
