package io.flashsale.backend.payment;

import io.flashsale.backend.account.Session;
import io.flashsale.backend.account.Sessions;
import io.flashsale.backend.order.ConsumerClient;
import io.flashsale.backend.order.UnwrittenOrders;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /api/orders/{id}/payment} and, for several at once, {@code POST /api/cart/payment}: where to pay, for the buyer himself, after
 * a second look at his standing.
 * {@code POST /api/payments/events/{provider}}: a provider's event, handed on as it came; its signature is its only credential.
 */
@RestController
final class PaymentEndpoints {

    /** Payments of one buyer in a minute; a person needs a few, somebody who tries cards many. */
    private static final int MOST_A_MINUTE = 20;

    /** What a provider signs with. Whether it fits is the consumer's to say; what has not the form goes no further. */
    private static final Map<String, Pattern> SIGNATURES =
            Map.of("X-Sandbox-Signature", Pattern.compile("t=\\d{1,12},v1=[0-9a-f]{64}"));

    /** As many as the consumer takes. */
    private static final int MOST_TOGETHER = 20;

    record Cart(@Nullable List<@Nullable String> orderIDs) {}

    /** What the consumer is asked. */
    private record Asked(String userID, List<AskedOrder> orders) {}

    /** @param reservation what to insert first if the order has no row yet */
    private record AskedOrder(String orderID, @Nullable OrderPlaced reservation) {}

    private final Sessions sessions;
    private final UnwrittenOrders unwritten;
    private final PaymentQueries queries;
    private final ConsumerClient consumer;
    private final Bulkhead paying = new Bulkhead(8, Duration.ofMillis(500), "payment");
    private final Bulkhead hearing = new Bulkhead(8, Duration.ofMillis(500), "payment");

    PaymentEndpoints(Sessions sessions, UnwrittenOrders unwritten, PaymentQueries queries, ConsumerClient consumer) {
        this.sessions = sessions;
        this.unwritten = unwritten;
        this.queries = queries;
        this.consumer = consumer;
    }

    @PostMapping("/api/orders/{id}/payment")
    ResponseEntity<byte[]> pay(@PathVariable String id, HttpServletRequest request) {
        return pay(sessions.requireForChange(request), List.of(id));
    }

    @PostMapping("/api/cart/payment")
    ResponseEntity<byte[]> payTogether(@RequestBody Cart cart, HttpServletRequest request) {
        Session session = sessions.requireForChange(request);
        var ids = new LinkedHashSet<String>();
        for (String id : cart.orderIDs() == null ? List.<String>of() : cart.orderIDs()) {
            if (id == null || !ids.add(id)) {
                throw Refusal.badRequest("orderIDs", "each is a text, and named once");
            }
        }
        if (ids.isEmpty() || ids.size() > MOST_TOGETHER) {
            throw Refusal.badRequest("orderIDs", "1 to " + MOST_TOGETHER + " of your orders");
        }
        return pay(session, List.copyOf(ids));
    }

    private ResponseEntity<byte[]> pay(Session session, List<String> ids) {
        List<OrderId> orders = ids.stream().map(PaymentEndpoints::parse).toList();
        return paying.call(() -> pay(session.userId(), orders));
    }

    private static OrderId parse(String id) {
        try {
            return OrderId.parse(id);
        } catch (IllegalArgumentException notAnId) {
            throw Refusal.unknownOrder().about(id);
        }
    }

    private AskedOrder find(OrderId id, String userId) {
        try {
            return new AskedOrder(id.text(), unwritten.reservationOf(id, userId));
        } catch (Refusal refused) {
            throw refused.about(id.text());
        }
    }

    private ResponseEntity<byte[]> pay(String userId, List<OrderId> ids) {
        var orders = ids.stream().map(id -> find(id, userId)).toList();
        var standing = queries.standing(userId);
        if (standing.blacklisted() || !"ACTIVE".equals(standing.state())) {
            throw Refusal.of(403, "BLACKLISTED", "This account may not pay at present.");
        }
        if (standing.asked() >= MOST_A_MINUTE) {
            throw Refusal.of(429, "THROTTLED", "Too many payments in a minute, please try later.");
        }
        return consumer.post("/internal/payments", new Asked(userId, orders), "payment");
    }

    @PostMapping("/api/payments/events/{provider}")
    ResponseEntity<byte[]> event(@PathVariable String provider, @RequestBody byte[] body, HttpServletRequest request) {
        if (!provider.matches("[a-z0-9-]{1,32}")) {
            throw Refusal.of(404, "NOT_FOUND", "There is no such provider.");
        }
        Map<String, String> signatures = new HashMap<>();
        SIGNATURES.forEach((name, form) -> {
            String value = request.getHeader(name);
            if (value != null && form.matcher(value).matches()) {
                signatures.put(name, value);
            }
        });
        if (signatures.isEmpty()) {
            throw Refusal.of(403, "FORGED", "There is no signature of a provider.");
        }
        return hearing.call(() -> consumer.post("/internal/payments/events/" + provider, body, signatures, "payment"));
    }
}
