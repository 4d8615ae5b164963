package io.flashsale.consumer.testing;

import io.flashsale.contract.OrderMessage.OrderPlaced;

/** Variations of an order. */
public final class Orders {

    private Orders() {}

    public static OrderPlaced with(OrderPlaced order, String id, String user, long epoch, long seq) {
        return new OrderPlaced(
                order.v(),
                id,
                order.promoId(),
                order.promoItemId(),
                order.sku(),
                user,
                order.userLevel(),
                order.quantity(),
                order.priceMinor(),
                order.currency(),
                order.promoVersion(),
                order.requestId(),
                epoch,
                seq,
                order.reservedAt(),
                order.payBefore(),
                order.traceId());
    }

    public static OrderPlaced ofEpoch(OrderPlaced order, long epoch) {
        return with(order, order.orderId(), order.userId(), epoch, order.seq());
    }

    public static OrderPlaced ofUser(OrderPlaced order, String user) {
        return with(order, order.orderId(), user, order.epoch(), order.seq());
    }

    public static OrderPlaced ofSku(OrderPlaced order, String sku) {
        return new OrderPlaced(
                order.v(),
                order.orderId(),
                order.promoId(),
                order.promoItemId(),
                sku,
                order.userId(),
                order.userLevel(),
                order.quantity(),
                order.priceMinor(),
                order.currency(),
                order.promoVersion(),
                order.requestId(),
                order.epoch(),
                order.seq(),
                order.reservedAt(),
                order.payBefore(),
                order.traceId());
    }
}
