package io.flashsale.consumer.payment;

import static io.flashsale.consumer.testing.Service.field;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.testing.Shop;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.ResponseEntity;

/** A person refunds units of paid orders, over HTTP against a real database. */
class RefundIT {

    private static final long PRICE = 1999;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private static TestProvider provider;
    private static Shop shop;
    private static RefundSender sender;

    @BeforeAll
    static void start() throws IOException {
        provider = new TestProvider(folder);
        shop = provider.service.shop;
        sender = provider.service.bean(RefundSender.class);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @BeforeEach
    void anEmptyShop() {
        provider.service.empty();
        provider.asked.clear();
        provider.status = 200;
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(shop.wrongs()).isEmpty();
    }

    /** Of 3 units, paid. */
    private static OrderPlaced paid() {
        OrderPlaced order = shop.order(shop.item(10), "u1", 3, "r1", provider.service.clock.instant());
        String payment = field(provider.ask(order, "u1", order), "paymentID");
        assertThat(field(provider.event(provider.next(), "SUCCEEDED", payment, 3 * PRICE), "outcome"))
                .isEqualTo("PAID");
        return order;
    }

    private static ResponseEntity<Map<String, Object>> refund(
            OrderPlaced order, String key, Object units, boolean restock) {
        return provider.service.post(
                "/internal/orders/" + order.orderId() + "/refunds",
                "{\"requestID\":\"%s\",\"units\":%s,\"restock\":%s,\"reason\":\"broken\",\"by\":\"ann\"}"
                        .formatted(key, units, restock));
    }

    private static void assertRefused(ResponseEntity<Map<String, Object>> answer, int status, String code) {
        assertThat(answer.getStatusCode().value()).as("%s", answer.getBody()).isEqualTo(status);
        assertThat(field(answer, "code")).isEqualTo(code);
    }

    private static String counters() {
        return shop.text("SELECT CONCAT_WS(' ', available, held, sold, restocked) FROM promo_item");
    }

    private static List<String> effects() {
        return shop.column("SELECT CONCAT_WS(' ', kind, payload) FROM redis_effect WHERE kind = 'RESTOCK' ORDER BY id");
    }

    private static String state() {
        return shop.text("SELECT CONCAT_WS(' ', state, refunded) FROM orders");
    }

    @Test
    void units_that_come_back_are_on_sale_again_and_the_rest_may_follow_without() {
        OrderPlaced order = paid();
        var first = refund(order, "k1", 1, true);
        assertThat(first.getStatusCode().value()).as("%s", first.getBody()).isEqualTo(201);
        assertThat(field(first, "amountMinor")).isEqualTo(Long.toString(PRICE));
        assertThat(state()).isEqualTo("PAID 1");
        assertThat(counters()).isEqualTo("8 0 2 1");
        assertThat(effects()).containsExactly("RESTOCK {\"restocked\":1}");

        var rest = refund(order, "k2", "null", false);
        assertThat(field(rest, "units")).isEqualTo("2");
        assertThat(field(rest, "orderState")).isEqualTo("REFUND_PENDING");
        assertThat(state()).isEqualTo("REFUND_PENDING 3");
        assertThat(counters()).as("what did not come back stays sold").isEqualTo("8 0 2 1");
        assertThat(shop.column("SELECT CONCAT_WS(' ', event, delta_available, delta_held, delta_sold) FROM stock_ledger"
                        + " WHERE order_id IS NOT NULL ORDER BY id"))
                .containsExactly("HELD -3 3 0", "PAID 0 -3 3", "RETURNED 1 0 -1", "REFUNDED 0 0 0");

        assertThat(sender.send()).isEqualTo(2);
        String payment = order.orderId() + "-1";
        assertThat(provider.refunded(provider.next(), payment, order.orderId() + "-r2", 2 * PRICE))
                .isEqualTo("REFUNDED");
        assertThat(state()).as("the first is not back yet").isEqualTo("REFUND_PENDING 3");
        assertThat(provider.refunded(provider.next(), payment, order.orderId() + "-r1", PRICE))
                .isEqualTo("REFUNDED");
        assertThat(state()).isEqualTo("REFUNDED 3");
        assertThat(shop.text("SELECT state FROM payment")).isEqualTo("PAID");
        assertRefused(refund(order, "k3", 1, true), 409, "NOT_REFUNDABLE");
    }

    @Test
    void the_same_request_is_the_same_refund_and_another_under_its_id_is_refused() {
        OrderPlaced order = paid();
        refund(order, "k1", 2, true);
        var again = refund(order, "k1", 2, true);
        assertThat(again.getStatusCode().value()).isEqualTo(200);
        assertThat(field(again, "refundID")).isEqualTo(order.orderId() + "-r1");
        assertRefused(refund(order, "k1", 1, true), 422, "REQUEST_REUSED");
        assertRefused(refund(order, "k1", 2, false), 422, "REQUEST_REUSED");
        assertRefused(refund(order, "k1", "null", true), 422, "REQUEST_REUSED");
        assertThat(shop.column("SELECT CONCAT_WS(' ', actor, action, subject) FROM audit_log WHERE subject = 'order:"
                        + order.orderId() + "'"))
                .containsExactly("ann ORDER_REFUNDED order:" + order.orderId());
        assertThat(counters()).isEqualTo("9 0 1 2");
    }

    @Test
    void more_than_is_left_and_what_is_not_paid_is_not_refundable() {
        OrderPlaced order = paid();
        assertRefused(refund(order, "k1", 4, true), 409, "NOT_REFUNDABLE");
        assertRefused(refund(order, "k1", 0, true), 400, "BAD_REQUEST");
        assertRefused(refund(order, "k 1", 1, true), 400, "BAD_REQUEST");
        OrderPlaced waiting = shop.order(shop.item(10), "u2", 1, "r2", provider.service.clock.instant());
        assertRefused(refund(waiting, "k1", 1, true), 404, "UNKNOWN_ORDER");
        provider.ask(waiting, "u2", waiting);
        assertRefused(refund(waiting, "k1", 1, true), 409, "NOT_REFUNDABLE");
        assertThat(shop.number("SELECT COUNT(*) FROM refund")).isZero();
    }

    @Test
    void many_at_once_never_give_back_more_than_was_paid() throws Exception {
        OrderPlaced order = paid();
        List<Callable<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String key = "k" + i % 6;
            boolean restock = i % 6 < 3;
            all.add(() -> refund(order, key, 1, restock).getStatusCode().value());
        }
        Collections.shuffle(all, new java.util.Random(3));
        var pool = Executors.newFixedThreadPool(6);
        int made = 0;
        try {
            for (var each : pool.invokeAll(all)) {
                made += each.get() == 201 ? 1 : 0;
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(made).isEqualTo(3);
        assertThat(state()).isEqualTo("REFUND_PENDING 3");
        assertThat(shop.number("SELECT SUM(amount_minor) FROM refund")).isEqualTo(3 * PRICE);
        assertThat(shop.number("SELECT restocked + sold FROM promo_item")).isEqualTo(3);
    }
}
