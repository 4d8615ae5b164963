package io.flashsale.backend.stock;

import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;

/** Makes the message of a reservation. What it says comes from Redis, never from the request. */
public final class Messages {

    private Messages() {}

    public static OrderPlaced placed(
            String orderId,
            StockKeys keys,
            long promoId,
            long priceMinor,
            String currency,
            long promoVersion,
            Reservation reservation) {
        return new OrderPlaced(
                OrderMessage.VERSION,
                orderId,
                promoId,
                keys.promoItemId(),
                keys.sku(),
                reservation.userId(),
                reservation.userLevel(),
                reservation.quantity(),
                priceMinor,
                currency,
                promoVersion,
                reservation.requestId(),
                keys.epoch(),
                reservation.seq(),
                reservation.reservedAt(),
                reservation.payBefore(),
                reservation.traceId());
    }
}
