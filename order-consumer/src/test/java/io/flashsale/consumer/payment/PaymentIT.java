package io.flashsale.consumer.payment;

import static io.flashsale.consumer.testing.Service.field;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.expiry.ExpirySweep;
import io.flashsale.consumer.testing.Secrets;
import io.flashsale.consumer.testing.Shop;
import io.flashsale.consumer.testing.TestClock;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payments over HTTP against a real database; the provider here only opens payments and takes refunds, events are the test's. */
class PaymentIT {

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
        provider.status = 200;
        provider.currency = "CNY";
        provider.books.clear();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(shop.wrongs()).isEmpty();
    }

    // --- what the test says

    private OrderPlaced order(long item, String user) {
        return shop.order(item, user, 2, "r-" + user, clock.instant());
    }

    /** Opens a payment of an order that is placed by that. */
    private static String opened(OrderPlaced order) {
        var answer = provider.ask(order, order.userId(), order);
        assertThat(answer.getStatusCode().value()).as("%s", answer.getBody()).isEqualTo(200);
        return field(answer, "paymentID");
    }

    private static String say(String kind, String payment, long amount) {
        return say(provider.next(), kind, payment, amount);
    }

    private static String say(String event, String kind, String payment, long amount) {
        return field(provider.event(event, kind, payment, amount), "outcome");
    }

    private static String state(String payment) {
        return shop.text(
                "SELECT IF(s.state IS NULL, CONCAT_WS(' ', p.state, p.reason), CONCAT_WS(' ', s.state, s.reason))"
                        + " FROM payment p JOIN payment_order s ON s.payment_id = p.id WHERE p.id = '" + payment + "'");
    }

    private static String counters() {
        return shop.text("SELECT CONCAT_WS(' ', available, held, sold) FROM promo_item");
    }

    // --- cases

    @Test
    void an_order_is_opened_once_paid_once_and_sold() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        assertThat(opened(order)).as("asking again").isEqualTo(payment);
        assertThat(provider.asked).as("the provider is asked once").hasSize(1);
        assertThat(provider.asked.get(0)).contains("\"amountMinor\":" + 2 * PRICE);

        String event = provider.next();
        assertThat(say(event, "SUCCEEDED", payment, 2 * PRICE)).isEqualTo("PAID");
        assertThat(say(event, "SUCCEEDED", payment, 2 * PRICE))
                .as("the same event")
                .isEqualTo("PAID");
        assertThat(say("SUCCEEDED", payment, 2 * PRICE))
                .as("said once more under another id")
                .isEqualTo("IGNORED");
        assertThat(shop.state(order)).isEqualTo("PAID");
        assertThat(counters()).isEqualTo("8 0 2");
        assertThat(shop.text("SELECT CONCAT_WS(' ', kind, payload) FROM redis_effect"))
                .isEqualTo("SOLD {\"orderId\":\"" + order.orderId() + "\"}");
        assertThat(field(provider.ask(order, "u1", null), "code")).isEqualTo("NOT_PAYABLE");
    }

    @Test
    void what_is_not_the_buyers_or_not_in_time_is_not_payable() {
        OrderPlaced order = order(shop.item(10), "u1");
        opened(order);
        assertThat(provider.ask(order, "u2", null).getStatusCode().value()).isEqualTo(404);
        OrderPlaced strange = order(shop.item(10), "u3");
        assertThat(provider.ask(strange, "u3", null).getStatusCode().value()).isEqualTo(404);
        clock.advance(Duration.ofMinutes(31));
        assertThat(field(provider.ask(order, "u1", null), "state")).isEqualTo("EXPIRED");
        clock.advance(Duration.ofMinutes(-31));
    }

    @Test
    void an_event_that_is_forged_old_or_of_nobody_changes_nothing() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        long now = clock.instant().getEpochSecond();
        assertThat(provider.event(provider.next(), "SUCCEEDED", payment, 2 * PRICE, "another key", now)
                        .getStatusCode()
                        .value())
                .isEqualTo(403);
        assertThat(provider.event(provider.next(), "SUCCEEDED", payment, 2 * PRICE, Secrets.PAYMENT_KEY, now - 301)
                        .getStatusCode()
                        .value())
                .isEqualTo(403);
        assertThat(provider.service
                        .post("/internal/payments/events/sandbox", "{}")
                        .getStatusCode()
                        .value())
                .isEqualTo(403);
        assertThat(provider.event(provider.next(), "SUCCEEDED", "1-none-1", 2 * PRICE)
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
        assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        assertThat(state(payment)).isEqualTo("CREATED");
    }

    @Test
    void a_wrong_amount_pays_nothing_and_goes_back() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        assertThat(say("SUCCEEDED", payment, 1)).isEqualTo("REFUND_DUE");
        assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        provider.asked.clear();
        assertThat(refunds.send()).isEqualTo(1);
        String refund = order.orderId() + "-r1";
        assertThat(provider.asked)
                .containsExactly("/api/payments/" + payment + "/refunds {\"id\":\"" + refund
                        + "\",\"amountMinor\":1,\"currency\":\"CNY\"}");
        assertThat(refunds.send()).as("told once").isZero();
        assertThat(state(payment)).isEqualTo("REFUND_DUE WRONG_AMOUNT");
        assertThat(provider.refunded(provider.next(), payment, refund, 2))
                .as("of another amount")
                .isEqualTo("IGNORED");
        assertThat(provider.refunded(provider.next(), payment, refund, 1)).isEqualTo("REFUNDED");
        assertThat(provider.refunded(provider.next(), payment, refund, 1))
                .as("said once more under another id")
                .isEqualTo("IGNORED");
        assertThat(state(payment)).isEqualTo("REFUNDED WRONG_AMOUNT");
        String second = opened(order);
        assertThat(second).isNotEqualTo(payment);
        assertThat(say("SUCCEEDED", second, 2 * PRICE)).isEqualTo("PAID");
    }

    @Test
    void a_failure_that_is_overtaken_by_its_success_counts_for_nothing() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        assertThat(say("FAILED", payment, 2 * PRICE)).isEqualTo("FAILED");
        assertThat(say("SUCCEEDED", payment, 2 * PRICE)).isEqualTo("PAID");
        assertThat(say("FAILED", payment, 2 * PRICE)).isEqualTo("IGNORED");
        assertThat(shop.state(order)).isEqualTo("PAID");
    }

    @Test
    void an_order_that_is_paid_twice_is_paid_once_and_the_other_goes_back() {
        OrderPlaced order = order(shop.item(10), "u1");
        String first = opened(order);
        provider.event(provider.next(), "FAILED", first, 2 * PRICE);
        String second = opened(order);
        assertThat(say("SUCCEEDED", second, 2 * PRICE)).isEqualTo("PAID");
        assertThat(say("SUCCEEDED", first, 2 * PRICE)).isEqualTo("REFUND_DUE");
        assertThat(state(first)).isEqualTo("REFUND_DUE PAID_TWICE");
        assertThat(counters()).isEqualTo("8 0 2");
    }

    private String late(OrderPlaced order) {
        String payment = opened(order);
        clock.advance(Duration.ofMinutes(31));
        assertThat(sweep.sweep()).isEqualTo(1);
        assertThat(say("SUCCEEDED", payment, 2 * PRICE)).isEqualTo("LATE");
        clock.advance(Duration.ofMinutes(-31));
        assertThat(shop.state(order)).isEqualTo("EXPIRED HOLD_EXPIRED");
        return payment;
    }

    @Test
    void a_late_payment_takes_the_units_again_when_redis_had_them() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = late(order);
        assertThat(provider.retaken(payment, true, 2)).as("of another epoch").isEqualTo("STALE");
        assertThat(provider.retaken(payment, true, 1)).isEqualTo("PAID");
        assertThat(provider.retaken(payment, true, 1)).as("told twice").isEqualTo("PAID");
        assertThat(shop.state(order)).isEqualTo("PAID");
        assertThat(counters()).isEqualTo("8 0 2");
    }

    @Test
    void a_late_payment_goes_back_when_redis_has_no_units_left() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = late(order);
        assertThat(provider.retaken(payment, false, 1)).isEqualTo("REFUND_DUE");
        assertThat(state(payment)).isEqualTo("REFUND_DUE LATE");
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect WHERE kind = 'RELEASE'"))
                .as("its own, and one for what Redis may have taken in a round that was not heard of")
                .isEqualTo(2);
        assertThat(provider.retaken(payment, true, 1)).as("heard of late").isEqualTo("REFUND_DUE");
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect WHERE kind = 'RELEASE'"))
                .isEqualTo(3);
        shop.run("DELETE FROM redis_effect WHERE version = 3");
        shop.run("UPDATE promo_item SET version = 2");
    }

    @Test
    void a_payment_whose_event_never_came_is_asked_about() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        provider.books.put(payment, "{\"state\":\"OPEN\",\"takenMinor\":0,\"currency\":\"CNY\",\"refunds\":[]}");
        assertThat(inquiry.ask()).as("not before a minute").isZero();
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).as("its buyer has not decided").isZero();
        provider.books.put(payment, "{\"state\":\"PAID\",\"takenMinor\":3998,\"currency\":\"CNY\",\"refunds\":[]}");
        assertThat(inquiry.ask()).as("not again at once").isZero();
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).isEqualTo(1);
        assertThat(shop.state(order)).isEqualTo("PAID");
        assertThat(say("SUCCEEDED", payment, 2 * PRICE))
                .as("the event, after all")
                .isEqualTo("IGNORED");
        clock.advance(Duration.ofSeconds(-122));
    }

    @Test
    void a_decline_and_a_refund_whose_events_never_came_are_asked_about() {
        OrderPlaced order = order(shop.item(10), "u1");
        String declined = opened(order);
        provider.books.put(declined, "{\"state\":\"DECLINED\",\"takenMinor\":0,\"currency\":\"CNY\",\"refunds\":[]}");
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).isEqualTo(1);
        assertThat(state(declined)).isEqualTo("FAILED DECLINED");

        String wrong = opened(order);
        say("SUCCEEDED", wrong, 1);
        assertThat(refunds.send()).isEqualTo(1);
        provider.books.put(
                wrong,
                "{\"state\":\"PAID\",\"takenMinor\":1,\"currency\":\"CNY\",\"refunds\":[{\"id\":\"" + order.orderId()
                        + "-r1\",\"amountMinor\":1}]}");
        clock.advance(Duration.ofSeconds(61));
        assertThat(inquiry.ask()).isEqualTo(1);
        assertThat(state(wrong)).isEqualTo("REFUNDED WRONG_AMOUNT");
        clock.advance(Duration.ofSeconds(-122));
    }

    @Test
    void a_payment_in_another_currency_goes_back_in_that_one() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        provider.currency = "USD";
        assertThat(say("SUCCEEDED", payment, 2 * PRICE)).isEqualTo("REFUND_DUE");
        assertThat(shop.text("SELECT CONCAT_WS(' ', amount_minor, currency) FROM refund"))
                .isEqualTo(2 * PRICE + " USD");
    }

    @Test
    void a_refund_that_the_provider_refuses_holds_up_no_other() {
        long item = shop.item(200);
        provider.status = 404;
        for (int i = 0; i < 50; i++) {
            OrderPlaced order = order(item, "u" + i);
            provider.status = 200;
            String payment = opened(order);
            provider.status = 404;
            say("SUCCEEDED", payment, 1);
        }
        assertThat(refunds.send()).isZero();
        // however long the rest takes, none of them is due again meanwhile
        shop.run("UPDATE refund SET next_at = next_at + INTERVAL 5 SECOND");
        provider.status = 200;
        OrderPlaced last = order(item, "last");
        String payment = opened(last);
        say("SUCCEEDED", payment, 1);
        refunds.send();
        assertThat(shop.text("SELECT state FROM refund WHERE payment_id = '" + payment + "'"))
                .as("at once, although fifty older ones had failed")
                .isEqualTo("SENT");
        clock.advance(Duration.ofSeconds(10));
        refunds.send();
        assertThat(shop.number("SELECT COUNT(*) FROM refund WHERE state = 'SENT'"))
                .isEqualTo(51);
        clock.advance(Duration.ofSeconds(-10));
    }

    @Test
    void a_provider_that_answers_half_is_given_up_in_time() {
        OrderPlaced order = order(shop.item(10), "u1");
        provider.stall = true;
        long began = System.nanoTime();
        assertThat(provider.ask(order, "u1", order).getStatusCode().value()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        provider.stall = false;
    }

    @Test
    void a_payment_of_a_cancelled_order_goes_back() {
        OrderPlaced order = order(shop.item(10), "u1");
        String payment = opened(order);
        assertThat(provider.cancel(order, null).getStatusCode().value()).isEqualTo(200);
        assertThat(say("SUCCEEDED", payment, 2 * PRICE)).isEqualTo("REFUND_DUE");
        assertThat(state(payment)).isEqualTo("REFUND_DUE CANCELLED");
    }

    @Test
    void a_provider_that_is_away_is_busy_and_asked_again_for_the_same_payment() {
        OrderPlaced order = order(shop.item(10), "u1");
        provider.status = 500;
        assertThat(provider.ask(order, "u1", order).getStatusCode().value()).isEqualTo(503);
        provider.status = 200;
        assertThat(opened(order)).isEqualTo(order.orderId() + "-1");
        String payment = order.orderId() + "-1";
        provider.event(provider.next(), "SUCCEEDED", payment, 1);
        provider.status = 503;
        assertThat(refunds.send()).isZero();
        assertThat(state(payment)).isEqualTo("REFUND_DUE WRONG_AMOUNT");
        provider.status = 200;
        assertThat(refunds.send()).as("not again within the second").isZero();
        clock.advance(Duration.ofSeconds(2));
        assertThat(refunds.send()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(-2));
    }

    @Test
    void of_payment_cancel_and_expiry_at_once_exactly_one_wins() throws Exception {
        long item = shop.item(100);
        List<OrderPlaced> orders = new ArrayList<>();
        List<String> payments = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            OrderPlaced order = order(item, "u" + i);
            orders.add(order);
            payments.add(opened(order));
        }
        clock.advance(Duration.ofMinutes(31));
        List<Callable<Object>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String payment = payments.get(i);
            OrderPlaced order = orders.get(i);
            String event = provider.next();
            all.add(() -> provider.event(event, "SUCCEEDED", payment, 2 * PRICE));
            all.add(() -> provider.event(event, "SUCCEEDED", payment, 2 * PRICE));
            all.add(() -> provider.cancel(order, null));
            if (i % 4 == 0) {
                all.add(sweep::sweep);
            }
        }
        Collections.shuffle(all, new java.util.Random(7));
        var pool = Executors.newFixedThreadPool(6);
        try {
            for (var done : pool.invokeAll(all)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        sweep.sweep();
        clock.advance(Duration.ofMinutes(-31));
        assertThat(shop.number("SELECT COUNT(*) FROM orders o JOIN payment_order s ON s.order_id = o.id WHERE"
                        + " (o.state = 'PAID') <> (s.state = 'PAID')"))
                .isZero();
        assertThat(shop.number("SELECT COUNT(*) FROM orders WHERE state = 'PENDING_PAYMENT'"))
                .isZero();
        assertThat(shop.number("SELECT COUNT(*) FROM payment WHERE state IN ('CREATED', 'FAILED')"))
                .as("every payment that succeeded stands, waits for its units or goes back")
                .isZero();
    }
}
