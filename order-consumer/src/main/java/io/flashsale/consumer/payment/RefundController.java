package io.flashsale.consumer.payment;

import static io.flashsale.consumer.web.Problems.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.consumer.order.OrderState;
import io.flashsale.contract.OrderId;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /internal/orders/{id}/refunds} with {@code {"requestID","units","restock","reason","by"}}, {@code units} null for all that is
 * left: 201, or 200 where the same was asked for before, {@code {"refundID","state","units","amountMinor","currency","orderState"}}; 404
 * UNKNOWN_ORDER, 409 NOT_REFUNDABLE with the state and the units left, 422 REQUEST_REUSED, 400 BAD_REQUEST.
 */
@RestController
class RefundController {

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    record Ask(
            @JsonProperty("requestID") @Nullable String requestId,
            @Nullable Integer units,
            boolean restock,
            @Nullable String reason,
            @Nullable String by) {}

    record Made(
            @JsonProperty("refundID") String refundId,
            Refund.State state,
            int units,
            boolean restock,
            long amountMinor,
            String currency,
            OrderState orderState) {}

    private final Refunds refunds;

    RefundController(Refunds refunds) {
        this.refunds = refunds;
    }

    @PostMapping("/internal/orders/{id}/refunds")
    ResponseEntity<?> ask(@PathVariable String id, @RequestBody Ask ask) {
        String requestId = ask.requestId();
        String reason = ask.reason();
        String by = ask.by();
        if (requestId == null || !REQUEST_ID.matcher(requestId).matches()) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "requestID: 1 to 64 of A-Z a-z 0-9 _ -");
        }
        if (ask.units() != null && ask.units() < 1) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "units: at least 1");
        }
        if (reason == null || reason.isBlank() || reason.length() > 255) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "reason: 1 to 255 characters");
        }
        if (by == null || by.isBlank() || by.length() > 64) {
            return problem(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "by: who does this, 1 to 64 characters");
        }
        OrderId orderId;
        try {
            orderId = OrderId.parse(id);
        } catch (IllegalArgumentException e) {
            return unknown();
        }
        var asked = refunds.ask(orderId, new Refunds.Request(requestId, ask.units(), ask.restock(), reason, by));
        if (asked instanceof Refunds.Asked.Made made) {
            Refund refund = made.refund();
            return ResponseEntity.status(made.changed() ? HttpStatus.CREATED : HttpStatus.OK)
                    .body(new Made(
                            refund.id(),
                            refund.state(),
                            refund.quantity(),
                            refund.restock(),
                            refund.amountMinor(),
                            refund.currency(),
                            made.order()));
        }
        if (asked instanceof Refunds.Asked.NotRefundable not) {
            return problem(
                    HttpStatus.CONFLICT,
                    "NOT_REFUNDABLE",
                    "The order is " + not.state() + ", " + not.left() + " of its units can be refunded.",
                    Map.of("state", not.state(), "left", not.left()));
        }
        if (asked instanceof Refunds.Asked.Reused) {
            return problem(
                    HttpStatus.UNPROCESSABLE_CONTENT, "REQUEST_REUSED", "This request id stands for another refund.");
        }
        return unknown();
    }

    private static ResponseEntity<ProblemDetail> unknown() {
        return problem(HttpStatus.NOT_FOUND, "UNKNOWN_ORDER", "There is no such order.");
    }
}
