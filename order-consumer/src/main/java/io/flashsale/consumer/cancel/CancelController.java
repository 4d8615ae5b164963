package io.flashsale.consumer.cancel;

import static io.flashsale.consumer.web.Problems.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /internal/orders/{id}/cancel}, called by the backend for the buyer that it has verified. Body
 * {@code {"userID":"…","reservation":<ORDER_PLACED or null>}}; 200 {@code {"orderID","state","changed"}}, or problem+json with a code: 404
 * UNKNOWN_ORDER (another buyer's too), 409 NOT_CANCELLABLE with the state, 409 RESERVATION_UNUSABLE, 400 BAD_REQUEST. Repeating is harmless.
 */
@RestController
class CancelController {

    private static final Pattern USER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    record Cancel(@JsonProperty("userID") @Nullable String userId, @Nullable OrderPlaced reservation) {}

    record Answer(@JsonProperty("orderID") String orderId, OrderState state, boolean changed) {}

    private final CancelOrder cancelOrder;
    private final MeterRegistry meters;

    CancelController(CancelOrder cancelOrder, MeterRegistry meters) {
        this.cancelOrder = cancelOrder;
        this.meters = meters;
    }

    @PostMapping("/internal/orders/{id}/cancel")
    ResponseEntity<?> cancel(@PathVariable String id, @RequestBody Cancel body) {
        OrderId orderId;
        try {
            orderId = OrderId.parse(id);
        } catch (IllegalArgumentException e) {
            return problem(HttpStatus.NOT_FOUND, "UNKNOWN_ORDER", "There is no such order.");
        }
        String userId = body.userId();
        if (userId == null || !USER_ID.matcher(userId).matches()) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "userID: 1 to 64 of A-Z a-z 0-9 _ -");
        }
        CancelOrder.Outcome outcome = cancelOrder.cancel(orderId, userId, body.reservation());
        Counter.builder("flashsale_cancels_total")
                .description("cancellations that buyers asked for, by what came of them")
                .tag("outcome", outcome.getClass().getSimpleName())
                .register(meters)
                .increment();
        if (outcome instanceof CancelOrder.Outcome.Cancelled cancelled) {
            return ResponseEntity.ok(new Answer(id, OrderState.CANCELLED, cancelled.changed()));
        }
        if (outcome instanceof CancelOrder.Outcome.NotCancellable closed) {
            return problem(
                    HttpStatus.CONFLICT,
                    "NOT_CANCELLABLE",
                    "The order is " + closed.state() + ".",
                    Map.of("state", closed.state()));
        }
        if (outcome instanceof CancelOrder.Outcome.Unusable unusable) {
            return problem(HttpStatus.CONFLICT, "RESERVATION_UNUSABLE", unusable.why());
        }
        return problem(HttpStatus.NOT_FOUND, "UNKNOWN_ORDER", "There is no such order.");
    }
}
