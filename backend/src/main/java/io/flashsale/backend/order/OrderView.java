package io.flashsale.backend.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order as its buyer sees it. Fields that are not known yet are left out; times are ISO 8601.
 *
 * @param refunded units whose money went back or is on its way
 * @param payment what came of the last payment whose money came, or else of the last that is open
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderView(
        @Nullable String orderID,
        String state,
        @Nullable String code,
        @Nullable String reason,
        @Nullable String sku,
        @Nullable Integer quantity,
        @Nullable Integer refunded,
        @Nullable String payment,
        @Nullable Long priceMinor,
        @Nullable String currency,
        @Nullable Instant createdAt,
        @Nullable Instant payBefore,
        @Nullable Instant now) {

    static final String PENDING = "PENDING";

    /** Nobody can say yet. */
    static OrderView pending(String orderId, Instant now) {
        return new OrderView(orderId, PENDING, null, null, null, null, null, null, null, null, null, null, now);
    }

    static OrderView of(BuyerOrderMapper.Row row, Instant now) {
        return new OrderView(
                row.id(),
                row.state(),
                null,
                row.reason(),
                row.sku(),
                row.quantity(),
                row.refunded() == 0 ? null : row.refunded(),
                row.payment(),
                row.priceMinor(),
                row.currency(),
                Instant.ofEpochMilli(row.createdAt()),
                Instant.ofEpochMilli(row.payBefore()),
                now);
    }
}
