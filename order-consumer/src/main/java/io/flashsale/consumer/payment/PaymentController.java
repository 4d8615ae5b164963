package io.flashsale.consumer.payment;

import static io.flashsale.consumer.web.Problems.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.consumer.order.BuyersOrder.Wanted;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * Called by the backend. {@code POST /internal/payments} with {@code {"userID","orders":[{"orderID","reservation"}]}}: 200 {@code
 * {"paymentID","state","amountMinor","currency","payURL"}}; a refusal names the order that it is about as {@code orderID}: 404 UNKNOWN_ORDER,
 * 409 NOT_PAYABLE with the state, 409 MIXED_CURRENCIES, 409 RESERVATION_UNUSABLE; 400 BAD_REQUEST, 503 BUSY.
 * {@code POST /internal/payments/events/{provider}}: a provider's event as it came; 200 {@code {"outcome"}}, 403 FORGED, 404 for a provider or
 * payment that is not ours. {@code POST /internal/payments/{id}/orders/{order}/retaken} with {@code {"taken","epoch"}}: 200 {@code
 * {"outcome"}}.
 */
@RestController
class PaymentController {

    private static final Logger LOG = LoggerFactory.getLogger(PaymentController.class);
    private static final Pattern USER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST_EVENT = 64 * 1024;
    private static final long SILENCE_NANOS = 10_000_000_000L;

    /** Of one buyer at once; as many as one answer to him may wait for. */
    private static final int MOST_ORDERS = 20;

    record Ask(@JsonProperty("userID") @Nullable String userId, @Nullable List<@Nullable AskedOrder> orders) {}

    record AskedOrder(@JsonProperty("orderID") @Nullable String orderId, @Nullable OrderPlaced reservation) {}

    record Open(
            @JsonProperty("paymentID") String paymentId,
            Payment.State state,
            long amountMinor,
            String currency,
            @JsonProperty("payURL") @Nullable String payUrl) {}

    record Retaken(boolean taken, long epoch) {}

    private final Payments payments;
    private final Gateways gateways;
    private final PaymentGateway gateway;
    private final MeterRegistry meters;
    private final AtomicLong warned = new AtomicLong(System.nanoTime() - SILENCE_NANOS);

    PaymentController(Payments payments, Gateways gateways, PaymentGateway gateway, MeterRegistry meters) {
        this.payments = payments;
        this.gateways = gateways;
        this.gateway = gateway;
        this.meters = meters;
    }

    @PostMapping("/internal/payments")
    ResponseEntity<?> ask(@RequestBody Ask body) {
        String userId = body.userId();
        if (userId == null || !USER_ID.matcher(userId).matches()) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "userID: 1 to 64 of A-Z a-z 0-9 _ -");
        }
        List<@Nullable AskedOrder> asked = body.orders();
        if (asked == null || asked.isEmpty() || asked.size() > MOST_ORDERS) {
            return badOrders();
        }
        Map<String, Wanted> wanted = new TreeMap<>();
        for (AskedOrder each : asked) {
            String id = each == null ? null : each.orderId();
            if (each == null || id == null || wanted.containsKey(id)) {
                return badOrders();
            }
            try {
                wanted.put(id, new Wanted(OrderId.parse(id), each.reservation()));
            } catch (IllegalArgumentException e) {
                return unknown(id);
            }
        }
        try {
            return answer(payments.ask(List.copyOf(wanted.values()), userId, gateway));
        } catch (IOException away) {
            LOG.warn("{} opened no payment of {}: {}", gateway.name(), wanted.keySet(), away.toString());
            return problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "BUSY", "The payment provider does not answer, please try again.");
        }
    }

    private static ResponseEntity<ProblemDetail> badOrders() {
        return problem(
                HttpStatus.BAD_REQUEST, "BAD_REQUEST", "orders: 1 to " + MOST_ORDERS + ", each once, with its orderID");
    }

    private static ResponseEntity<ProblemDetail> unknown(String orderId) {
        return problem(HttpStatus.NOT_FOUND, "UNKNOWN_ORDER", "There is no such order.", Map.of("orderID", orderId));
    }

    private static ResponseEntity<?> answer(Payments.Asked asked) {
        if (asked instanceof Payments.Asked.Open open) {
            Payment payment = open.payment();
            return ResponseEntity.ok(new Open(
                    payment.id(), payment.state(), payment.amountMinor(), payment.currency(), payment.payUrl()));
        }
        if (asked instanceof Payments.Asked.NotPayable not) {
            return problem(
                    HttpStatus.CONFLICT,
                    "NOT_PAYABLE",
                    "The order is " + not.state() + ".",
                    Map.of("state", not.state(), "orderID", not.orderId()));
        }
        if (asked instanceof Payments.Asked.OtherCurrency other) {
            return problem(
                    HttpStatus.CONFLICT,
                    "MIXED_CURRENCIES",
                    "One payment is of one currency.",
                    Map.of("orderID", other.orderId()));
        }
        if (asked instanceof Payments.Asked.Unusable unusable) {
            return problem(
                    HttpStatus.CONFLICT, "RESERVATION_UNUSABLE", unusable.why(), Map.of("orderID", unusable.orderId()));
        }
        return unknown(((Payments.Asked.Unknown) asked).orderId());
    }

    @PostMapping("/internal/payments/events/{provider}")
    ResponseEntity<?> event(
            @PathVariable String provider, @RequestHeader HttpHeaders headers, @RequestBody byte[] body) {
        PaymentGateway of = gateways.find(provider);
        if (of == null) {
            return problem(HttpStatus.NOT_FOUND, "NOT_FOUND", "There is no such provider.");
        }
        if (body.length > LONGEST_EVENT) {
            return problem(HttpStatus.CONTENT_TOO_LARGE, "TOO_LARGE", "An event is shorter.");
        }
        Map<String, String> byName = new HashMap<>();
        headers.forEach((name, values) -> byName.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        PaymentGateway.Event event;
        try {
            event = of.read(byName, body);
        } catch (PaymentGateway.Forged forged) {
            warn(provider, forged);
            count("FORGED");
            return problem(HttpStatus.FORBIDDEN, "FORGED", "The signature does not fit.");
        }
        var outcome = payments.hear(provider, event);
        count(outcome.orElse("UNKNOWN"));
        return outcome.<ResponseEntity<?>>map(text -> ResponseEntity.ok(Map.of("outcome", text)))
                .orElseGet(() -> problem(HttpStatus.NOT_FOUND, "UNKNOWN_PAYMENT", "There is no such payment."));
    }

    /** A line in ten seconds is enough to know; anybody can send these. The counter has them all. */
    private void warn(String provider, PaymentGateway.Forged forged) {
        long now = System.nanoTime();
        long before = warned.get();
        if (now - before >= SILENCE_NANOS && warned.compareAndSet(before, now)) {
            LOG.warn("security: an event for {} is not to be believed: {}", provider, forged.getMessage());
        }
    }

    @PostMapping("/internal/payments/{id}/orders/{order}/retaken")
    Map<String, String> retaken(@PathVariable String id, @PathVariable String order, @RequestBody Retaken retaken) {
        return Map.of("outcome", payments.retaken(id, order, retaken.taken(), retaken.epoch()));
    }

    private void count(String outcome) {
        Counter.builder("flashsale_payment_events_total")
                .description("what providers said of payments, by what came of it")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }
}
