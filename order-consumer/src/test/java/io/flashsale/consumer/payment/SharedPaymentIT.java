package io.flashsale.consumer.payment;

import static io.flashsale.consumer.testing.Service.field;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.expiry.ExpirySweep;
import io.flashsale.consumer.testing.Shop;
import io.flashsale.consumer.testing.TestClock;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.ResponseEntity;

/** Several orders of one buyer paid by one payment, over HTTP against a real database; each order goes on by itself. */
class SharedPaymentIT {

    private static final long PRICE = 1999;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private static TestProvider provider;
    private static Shop shop;
    private static ExpirySweep sweep;
    private static RefundSender refunds;
    private static Inquiry inquiry;
    private static TestClock clock;

    @BeforeAll
    static void start() throws IOException {
        provider = new TestProvider(folder);
        shop = provider.service.shop;
        clock = provider.service.clock;
        sweep = provider.service.bean(ExpirySweep.class);
        refunds = provider.service.bean(RefundSender.class);
        inquiry = provider.service.bean(Inquiry.class);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @BeforeEach
    void anEmptyShop() {
        provider.service.empty();
        provider.asked.clear();
        provider.books.clear();
        provider.status = 200;
        provider.currency = "CNY";
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(shop.wrongs()).isEmpty();
    }

    // --- what the test says

    /** Of 1, 2, 3 … units, each of an item of its own. */
    private static List<OrderPlaced> orders(int count) {
        List<OrderPlaced> orders = new ArrayList<>();
        for (int units = 1; units <= count; units++) {
            orders.add(shop.order(shop.item(10), "u1", units, "r" + units, clock.instant()));
        }
        return orders;
    }

    private static String opened(List<OrderPlaced> orders) {
        var answer = provider.together("u1", orders, orders);
        assertThat(answer.getStatusCode().value()).as("%s", answer.getBody()).isEqualTo(200);
        return field(answer, "paymentID");
    }

    private static String succeeded(String payment, long amount) {
        return field(provider.event(provider.next(), "SUCCEEDED", payment, amount), "outcome");
    }

    private static void assertRefused(
            ResponseEntity<Map<String, Object>> answer, int status, String code, @Nullable OrderPlaced about) {
        assertThat(answer.getStatusCode().value()).as("%s", answer.getBody()).isEqualTo(status);
        assertThat(field(answer, "code")).isEqualTo(code);
        assertThat(field(answer, "orderID")).isEqualTo(about == null ? "null" : about.orderId());
    }

    /** State and reason of each order's share, in the order of the list. */
    private static List<String> shares(String payment, List<OrderPlaced> orders) {
        return orders.stream()
                .map(order -> shop.text("SELECT CONCAT_WS(' ', COALESCE(state, 'NULL'), reason) FROM payment_order"
                        + " WHERE payment_id = '" + payment + "' AND order_id = '" + order.orderId() + "'"))
                .toList();
    }

    private static List<String> states(List<OrderPlaced> orders) {
        return orders.stream().map(shop::state).toList();
    }

    private static String state(String payment) {
        return shop.text("SELECT CONCAT_WS(' ', state, reason) FROM payment WHERE id = '" + payment + "'");
    }

    private static List<String> refundsDue() {
        return shop.column(
                "SELECT CONCAT_WS(' ', order_id, amount_minor, currency, reason) FROM refund ORDER BY order_id, id");
    }

    private static void expire(OrderPlaced... orders) {
        for (OrderPlaced order : orders) {
            shop.run("UPDATE orders SET pay_before = created_at WHERE id = '" + order.orderId() + "'");
        }
        assertThat(sweep.sweep()).isEqualTo(orders.length);
    }

    // --- cases

    @Test
    void orders_of_several_items_and_two_of_one_item_are_paid_by_one_payment_of_their_sum() {
        List<OrderPlaced> orders = new ArrayList<>(orders(3));
        orders.add(shop.order(orders.get(0).promoItemId(), "u1", 2, "again", clock.instant()));
        String payment = opened(orders);
        List<OrderPlaced> otherWay = new ArrayList<>(orders);
        Collections.reverse(otherWay);
        assertThat(opened(otherWay))
                .as("the same orders, named in another order")
                .isEqualTo(payment);
        assertThat(provider.asked).as("the provider is asked once").hasSize(1);
        assertThat(provider.asked.get(0)).contains("\"amountMinor\":" + 8 * PRICE, "\"description\":\"4 orders\"");

        String event = provider.next();
        assertThat(field(provider.event(event, "SUCCEEDED", payment, 8 * PRICE), "outcome"))
                .isEqualTo("PAID");
        assertThat(field(provider.event(event, "SUCCEEDED", payment, 8 * PRICE), "outcome"))
                .as("the same event")
                .isEqualTo("PAID");
        assertThat(succeeded(payment, 8 * PRICE)).as("under another id").isEqualTo("IGNORED");
        assertThat(states(orders)).containsOnly("PAID");
        assertThat(shop.column("SELECT CONCAT_WS(' ', available, held, sold) FROM promo_item ORDER BY id"))
                .containsExactly("7 0 3", "8 0 2", "7 0 3");
        assertThat(shop.column("SELECT kind FROM redis_effect")).containsExactly("SOLD", "SOLD", "SOLD", "SOLD");
        assertThat(refundsDue()).isEmpty();
    }

    @Test
    void one_order_alone_is_a_payment_of_its_own_whatever_it_is_in_besides() {
        List<OrderPlaced> orders = orders(2);
        String both = opened(orders);
        String alone = opened(orders.subList(0, 1));
        assertThat(alone).isNotEqualTo(both);
        assertThat(opened(orders.subList(0, 1))).isEqualTo(alone);
        assertThat(opened(orders)).isEqualTo(both);
        assertThat(opened(orders.subList(1, 2))).isNotIn(both, alone);
        provider.event(provider.next(), "FAILED", both, 3 * PRICE);
        assertThat(opened(orders)).as("after it was declined").isNotIn(both, alone);
    }

    @Test
    void what_cannot_be_paid_is_named_and_nothing_is_done_about_the_others() {
        List<OrderPlaced> orders = orders(3);
        OrderPlaced first = orders.get(0);
        OrderPlaced second = orders.get(1);
        OrderPlaced third = orders.get(2);
        assertRefused(provider.together("u1", orders, List.of(first, third)), 404, "UNKNOWN_ORDER", second);
        assertRefused(provider.together("u2", orders, orders), 404, "UNKNOWN_ORDER", first);
        assertThat(shop.orderCount()).as("not even what was brought is placed").isZero();

        opened(List.of(second));
        provider.cancel(second, null);
        var cancelled = provider.together("u1", orders, orders);
        assertRefused(cancelled, 409, "NOT_PAYABLE", second);
        assertThat(field(cancelled, "state")).isEqualTo("CANCELLED");
        assertThat(shop.orderCount()).isEqualTo(1);

        opened(List.of(third));
        shop.run("UPDATE orders SET currency = 'EUR' WHERE id = '" + third.orderId() + "'");
        assertRefused(provider.together("u1", List.of(third, first), List.of(first)), 409, "MIXED_CURRENCIES", third);
        shop.run("UPDATE orders SET currency = 'CNY', pay_before = '2026-01-01' WHERE id = '" + third.orderId() + "'");
        var overdue = provider.together("u1", List.of(third, first), List.of(first));
        assertRefused(overdue, 409, "NOT_PAYABLE", third);
        assertThat(field(overdue, "state")).isEqualTo("EXPIRED");
        assertThat(shop.number("SELECT COUNT(*) FROM payment_order WHERE order_id = '" + first.orderId() + "'"))
                .isZero();
        assertThat(shop.number("SELECT COUNT(*) FROM payment"))
                .as("the two that were alone")
                .isEqualTo(2);
    }

    @Test
    void a_request_that_names_none_too_many_or_one_twice_is_refused() {
        OrderPlaced order = orders(1).get(0);
        assertRefused(provider.together("u1", List.of(), List.of()), 400, "BAD_REQUEST", null);
        assertRefused(provider.together("u1", List.of(order, order), List.of(order)), 400, "BAD_REQUEST", null);
        List<OrderPlaced> many = shop.orders(order.promoItemId(), 21, clock.instant());
        assertRefused(provider.together("u1", many, many), 400, "BAD_REQUEST", null);
        for (String orders : List.of("null", "[null]", "[{}]", "[{\"orderID\":null}]")) {
            assertRefused(
                    provider.service.post("/internal/payments", "{\"userID\":\"u1\",\"orders\":%s}".formatted(orders)),
                    400,
                    "BAD_REQUEST",
                    null);
        }
        assertThat(field(
                        provider.service.post(
                                "/internal/payments", "{\"userID\":\"u1\",\"orders\":[{\"orderID\":\"x y\"}]}"),
                        "orderID"))
                .isEqualTo("x y");
        assertThat(shop.orderCount()).isZero();
    }

    @Test
    void each_order_of_a_payment_goes_on_by_itself() {
        List<OrderPlaced> orders = orders(4);
        String payment = opened(orders);
        String alone = opened(orders.subList(0, 1));
        assertThat(succeeded(alone, PRICE)).isEqualTo("PAID");
        provider.cancel(orders.get(1), null);
        expire(orders.get(2));

        assertThat(succeeded(payment, 10 * PRICE)).isEqualTo("PARTLY");
        assertThat(succeeded(payment, 10 * PRICE)).isEqualTo("IGNORED");
        assertThat(state(payment)).isEqualTo("PAID");
        assertThat(shares(payment, orders))
                .containsExactly("REFUND_DUE PAID_TWICE", "REFUND_DUE CANCELLED", "LATE EXPIRED", "PAID");
        assertThat(states(orders)).containsExactly("PAID", "CANCELLED BUYER_CANCELLED", "EXPIRED HOLD_EXPIRED", "PAID");
        assertThat(refundsDue())
                .containsExactlyInAnyOrder(
                        orders.get(0).orderId() + " " + PRICE + " CNY PAID_TWICE",
                        orders.get(1).orderId() + " " + 2 * PRICE + " CNY CANCELLED");

        String late = orders.get(2).orderId();
        assertThat(provider.retaken(payment, late, true, 2)).isEqualTo("STALE");
        assertThat(provider.retaken(payment, "1-none", true, 1)).isEqualTo("UNKNOWN");
        assertThat(provider.retaken(payment, late, true, 1)).isEqualTo("PAID");
        assertThat(provider.retaken(payment, late, true, 1)).as("told twice").isEqualTo("PAID");
        assertThat(shop.state(orders.get(2))).isEqualTo("PAID");

        assertThat(refunds.send()).isEqualTo(2);
        assertThat(provider.refunded(provider.next(), payment, orders.get(1).orderId() + "-r1", PRICE))
                .as("of another amount")
                .isEqualTo("IGNORED");
        assertThat(provider.refunded(provider.next(), payment, orders.get(1).orderId() + "-r1", 2 * PRICE))
                .isEqualTo("REFUNDED");
        assertThat(shares(payment, orders))
                .containsExactly("REFUND_DUE PAID_TWICE", "REFUNDED CANCELLED", "PAID", "PAID");
        assertThat(state(payment)).isEqualTo("PAID");
    }

    @Test
    void a_late_share_goes_back_alone_where_no_units_are_left() {
        List<OrderPlaced> orders = orders(2);
        String payment = opened(orders);
        expire(orders.get(1));
        assertThat(succeeded(payment, 3 * PRICE)).isEqualTo("PARTLY");
        assertThat(provider.retaken(payment, orders.get(1).orderId(), false, 1)).isEqualTo("REFUND_DUE");
        assertThat(shares(payment, orders)).containsExactly("PAID", "REFUND_DUE LATE");
        assertThat(refundsDue()).containsExactly(orders.get(1).orderId() + " " + 2 * PRICE + " CNY LATE");
    }

    @Test
    void a_wrong_total_pays_none_of_them_and_goes_back_whole_at_once() {
        List<OrderPlaced> orders = orders(3);
        String payment = opened(orders);
        long wrong = 6 * PRICE - 1;
        assertThat(succeeded(payment, wrong)).isEqualTo("REFUND_DUE");
        assertThat(states(orders)).containsOnly("PENDING_PAYMENT");
        assertThat(shares(payment, orders)).containsOnly("NULL");
        assertThat(refundsDue())
                .as("one refund, of all that came")
                .containsExactly(orders.get(0).orderId() + " " + wrong + " CNY WRONG_AMOUNT");
        assertThat(refunds.send()).isEqualTo(1);
        assertThat(provider.refunded(provider.next(), payment, orders.get(0).orderId() + "-r1", wrong))
                .isEqualTo("REFUNDED");
        assertThat(state(payment)).isEqualTo("REFUNDED WRONG_AMOUNT");

        String second = opened(orders);
        provider.currency = "USD";
        assertThat(succeeded(second, 6 * PRICE)).isEqualTo("REFUND_DUE");
        assertThat(refundsDue()).contains(orders.get(0).orderId() + " " + 6 * PRICE + " USD WRONG_AMOUNT");
        provider.currency = "CNY";
        assertThat(succeeded(opened(orders), 6 * PRICE)).isEqualTo("PAID");
    }

    @Test
    void what_a_person_refunds_is_the_share_of_that_order() {
        List<OrderPlaced> orders = orders(3);
        String payment = opened(orders);
        succeeded(payment, 6 * PRICE);
        String last = orders.get(2).orderId();
        var part = provider.service.post(
                "/internal/orders/" + last + "/refunds",
                "{\"requestID\":\"k1\",\"units\":1,\"restock\":true,\"reason\":\"x\",\"by\":\"ann\"}");
        assertThat(field(part, "amountMinor")).isEqualTo(Long.toString(PRICE));
        var rest = provider.service.post(
                "/internal/orders/" + last + "/refunds",
                "{\"requestID\":\"k2\",\"units\":null,\"restock\":true,\"reason\":\"x\",\"by\":\"ann\"}");
        assertThat(field(rest, "amountMinor")).isEqualTo(Long.toString(2 * PRICE));
        provider.asked.clear();
        assertThat(refunds.send()).isEqualTo(2);
        assertThat(provider.asked).allMatch(each -> each.startsWith("/api/payments/" + payment + "/refunds "));
        provider.refunded(provider.next(), payment, last + "-r1", PRICE);
        assertThat(shop.state(orders.get(2))).isEqualTo("REFUND_PENDING REFUNDED");
        provider.refunded(provider.next(), payment, last + "-r2", 2 * PRICE);
        assertThat(states(orders)).containsExactly("PAID", "PAID", "REFUNDED REFUNDED");
        assertThat(shares(payment, orders)).containsOnly("PAID");
    }

    @Test
    void a_shared_payment_whose_event_never_came_is_asked_about() {
        List<OrderPlaced> orders = orders(2);
        String payment = opened(orders);
        provider.cancel(orders.get(0), null);
        provider.books.put(
                payment,
                "{\"state\":\"PAID\",\"takenMinor\":" + 3 * PRICE + ",\"currency\":\"CNY\",\"refunds\":[{\"id\":\""
                        + orders.get(0).orderId() + "-r1\",\"amountMinor\":" + PRICE + "}]}");
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).isEqualTo(1);
        assertThat(shares(payment, orders)).containsExactly("REFUND_DUE CANCELLED", "PAID");
        assertThat(refunds.send()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).isEqualTo(1);
        assertThat(shares(payment, orders)).containsExactly("REFUNDED CANCELLED", "PAID");
        clock.advance(Duration.ofSeconds(-122));
    }

    @Test
    void an_order_that_the_books_refuse_is_named_and_the_others_wait_to_be_paid_without_it() {
        OrderPlaced good = orders(1).get(0);
        OrderPlaced refused = shop.order(shop.item(1), "u1", 2, "r2", clock.instant());
        var answer = provider.together("u1", List.of(good, refused), List.of(good, refused));
        assertRefused(answer, 409, "NOT_PAYABLE", refused);
        assertThat(field(answer, "state")).isEqualTo("REJECTED");
        assertThat(shop.number("SELECT COUNT(*) FROM payment")).isZero();
        assertThat(succeeded(opened(List.of(good)), PRICE)).isEqualTo("PAID");
    }

    @Test
    void payments_that_overlap_cancels_and_the_sweep_at_once_leave_every_order_paid_once_or_not_at_all()
            throws Exception {
        List<OrderPlaced> orders = new ArrayList<>();
        List<Long> items = List.of(shop.item(50), shop.item(50), shop.item(50));
        for (int i = 0; i < 24; i++) {
            orders.add(shop.order(items.get(i % 3), "u1", 1, "r" + i, clock.instant()));
        }
        List<Callable<Object>> all = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            List<OrderPlaced> some = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                some.add(orders.get((i * 7 + j * 5) % 24));
            }
            String payment = opened(some);
            String event = provider.next();
            all.add(() -> provider.event(event, "SUCCEEDED", payment, 3 * PRICE));
            all.add(() -> provider.event(event, "SUCCEEDED", payment, 3 * PRICE));
            OrderPlaced order = orders.get(i);
            if (i % 3 == 0) {
                all.add(() -> provider.cancel(order, null));
            }
        }
        // Those of the second item are overdue.
        shop.run("UPDATE orders SET pay_before = created_at WHERE promo_item_id = " + items.get(1));
        all.add(sweep::sweep);
        Collections.shuffle(all, new java.util.Random(11));
        var pool = Executors.newFixedThreadPool(6);
        try {
            for (var done : pool.invokeAll(all)) {
                if (done.get() instanceof ResponseEntity<?> answer) {
                    assertThat(answer.getStatusCode().value()).isIn(200, 409);
                }
            }
        } finally {
            pool.shutdownNow();
        }
        sweep.sweep();
        assertThat(shop.number("SELECT COUNT(*) FROM payment WHERE state = 'PAID'"))
                .isEqualTo(24);
        assertThat(orders.stream().map(shop::state).collect(Collectors.toSet()))
                .isSubsetOf("PAID", "CANCELLED BUYER_CANCELLED", "EXPIRED HOLD_EXPIRED");
        for (String late : shop.column(
                "SELECT CONCAT(payment_id, ' ', order_id) FROM payment_order WHERE state = 'LATE' ORDER BY 1")) {
            String[] of = late.split(" ");
            assertThat(provider.retaken(of[0], of[1], true, 1)).isIn("PAID", "REFUND_DUE");
        }
        assertThat(shop.column("SELECT DISTINCT state FROM orders")).isSubsetOf("PAID", "CANCELLED");
    }
}
