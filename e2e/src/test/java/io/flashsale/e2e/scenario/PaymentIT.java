package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** From a reservation to money and back, with a provider that is honest, late, doubled or wrong. */
class PaymentIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static String reserve(Sale sale, Buyer buyer) {
        var told = sale.shop().win(buyer, sale.sku(), 1, "k");
        return told.id();
    }

    private static Provider ask(Sale sale, Buyer buyer, String order) {
        return Provider.of(sale.shop(), buyer, order);
    }

    private static void awaitState(Sale sale, Buyer buyer, String order, String state) {
        Awaitility.await(order + " becomes " + state)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> state.equals(sale.shop().order(buyer, order).state()));
    }

    private static void awaitMoney(Sale sale, String... states) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> assertThat(
                        sale.stores().payments(sale.sku()))
                .extracting(Dump.Payment::state)
                .containsExactlyInAnyOrder(states));
    }

    private static void assertGreen(Sale sale) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
    }

    private static void assertRefused(Http.Answer answer, int status, String code) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.text("code")).as("%s", answer).isEqualTo(code);
    }

    @Test
    void what_is_said_three_times_and_after_a_failure_is_paid_once() {
        try (var sale = new Sale("paid", Terms.of("PAID", 3))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            Http.Answer where = sale.shop().pay(buyer, order);
            assertThat(sale.shop().pay(buyer, order).text("payURL"))
                    .as("asking again leads to the same payment")
                    .isEqualTo(where.text("payURL"));
            assertThat(where.json().get("amountMinor").asLong()).isEqualTo(1999);
            new Provider(where).pay("copies=3&failedFirst=true");
            awaitState(sale, buyer, order, "PAID");
            assertRefused(sale.shop().pay(buyer, order), 409, "NOT_PAYABLE");
            assertRefused(sale.shop().cancel(buyer, order), 409, "NOT_CANCELLABLE");
            assertGreen(sale);
            assertThat(sale.stores().item(sale.sku()).sold()).isEqualTo(1);
        }
    }

    @Test
    void who_is_declined_may_try_again() {
        try (var sale = new Sale("declined", Terms.of("DECLINED", 3))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            ask(sale, buyer, order).decline();
            awaitMoney(sale, "FAILED");
            assertThat(sale.shop().order(buyer, order).state()).isEqualTo("PENDING_PAYMENT");
            ask(sale, buyer, order).pay();
            awaitState(sale, buyer, order, "PAID");
            awaitMoney(sale, "FAILED", "PAID");
            assertGreen(sale);
        }
    }

    @Test
    void a_wrong_amount_pays_nothing_and_comes_back() {
        try (var sale = new Sale("wrong", Terms.of("WRONG", 3))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            ask(sale, buyer, order).pay("amountMinor=1");
            awaitMoney(sale, "REFUNDED");
            assertThat(sale.shop().order(buyer, order).state()).isEqualTo("PENDING_PAYMENT");
            ask(sale, buyer, order).pay();
            awaitState(sale, buyer, order, "PAID");
            assertGreen(sale);
        }
    }

    @Test
    void money_that_the_provider_has_taken_and_not_told_of_is_waited_for_before_a_sale_is_judged() {
        try (var sale = new Sale("untold", Terms.of("UNTOLD", 3))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            ask(sale, buyer, order).pay("delaySeconds=4");
            assertGreen(sale);
            assertThat(sale.shop().order(buyer, order).state()).isEqualTo("PAID");
        }
    }

    @Test
    void a_payment_that_comes_late_takes_its_unit_again_while_there_is_one() {
        try (var sale = new Sale("late", Terms.of("LATE", 3).hold(Duration.ofSeconds(10)))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            ask(sale, buyer, order).pay("delaySeconds=13");
            awaitState(sale, buyer, order, "EXPIRED");
            assertRefused(sale.shop().pay(buyer, order), 409, "NOT_PAYABLE");
            awaitState(sale, buyer, order, "PAID");
            awaitMoney(sale, "PAID");
            assertGreen(sale);
            assertThat(sale.stores().item(sale.sku()).sold()).isEqualTo(1);
        }
    }

    @Test
    void a_payment_that_comes_too_late_for_any_unit_comes_back() {
        try (var sale = new Sale("toolate", Terms.of("TOOLATE", 1).hold(Duration.ofSeconds(10)))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            String order = reserve(sale, buyers.get(0));
            ask(sale, buyers.get(0), order).pay("delaySeconds=18");
            awaitState(sale, buyers.get(0), order, "EXPIRED");
            Awaitility.await("the unit is on sale again")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> sale.shop()
                            .buyNow(buyers.get(1), sale.sku(), 1, "k2")
                            .reserved());
            awaitMoney(sale, "REFUNDED");
            assertThat(sale.shop().order(buyers.get(0), order).state()).isEqualTo("EXPIRED");
            assertGreen(sale);
        }
    }

    @Test
    void what_support_refunds_comes_back_as_money_and_as_stock_that_another_may_buy() {
        try (var sale = new Sale("refund", Terms.of("REFUND", 3).limit(3))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            var told = sale.shop().win(buyers.get(0), sale.sku(), 3, "k");
            ask(sale, buyers.get(0), told.id()).pay();
            awaitState(sale, buyers.get(0), told.id(), "PAID");

            var first = sale.operator()
                    .flashsale("refund", told.id(), "--units", "2", "--restock", "--reason", "broken", "--key", "once");
            assertThat(first.exit()).as(first.output()).isZero();
            assertThat(first.output()).contains("39.98");
            var again = sale.operator()
                    .flashsale("refund", told.id(), "--units", "2", "--restock", "--reason", "broken", "--key", "once");
            assertThat(again.exit()).as(again.output()).isZero();
            assertThat(sale.shop().order(buyers.get(0), told.id()).state()).isEqualTo("PAID");
            Awaitility.await("the returned units are on sale")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> sale.shop()
                            .buyNow(buyers.get(1), sale.sku(), 2, "k2")
                            .reserved());

            var rest = sale.operator().flashsale("refund", told.id(), "--reason", "lost on the way");
            assertThat(rest.exit()).as(rest.output()).isZero();
            awaitState(sale, buyers.get(0), told.id(), "REFUNDED");
            var more = sale.operator().flashsale("refund", told.id(), "--reason", "once more");
            assertThat(more.exit()).as(more.output()).isNotZero();
            assertThat(more.output()).contains("REFUNDED");
            assertGreen(sale);
            assertThat(sale.stores().item(sale.sku()).restocked()).isEqualTo(2);
        }
    }

    @Test
    void a_cart_is_paid_at_once_and_one_order_of_it_refunded() {
        try (var sale =
                new Sale("cart", Terms.of("CARTA", 3), Terms.of("CARTB", 5).limit(3))) {
            Buyer buyer = sale.buyer();
            List<String> orders = reserveAll(sale, buyer, 1, 3);
            awaitCart(sale, buyer, orders);
            Http.Answer where = sale.shop().payTogether(buyer, orders);
            assertThat(where.status()).as("%s", where).isEqualTo(200);
            assertThat(where.json().get("amountMinor").asLong()).isEqualTo(4 * 1999);
            assertThat(sale.shop()
                            .payTogether(buyer, List.of(orders.get(1), orders.get(0)))
                            .text("payURL"))
                    .as("the same orders again")
                    .isEqualTo(where.text("payURL"));
            new Provider(where).pay("copies=3&failedFirst=true");
            for (String order : orders) {
                awaitState(sale, buyer, order, "PAID");
            }
            assertRefused(sale.shop().payTogether(buyer, orders), 409, "NOT_PAYABLE");
            var refund = sale.operator().flashsale("refund", orders.get(1), "--units", "2", "--reason", "broken");
            assertThat(refund.exit()).as(refund.output()).isZero();
            assertThat(refund.output()).contains("39.98");
            assertGreen(sale);
        }
    }

    /** One order of each SKU, of so many units. */
    private static List<String> reserveAll(Sale sale, Buyer buyer, int... units) {
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            var told = sale.shop().win(buyer, sale.skus().get(i), units[i], "k" + i);
            orders.add(told.id());
        }
        return orders;
    }

    /** As soon as they are in the books, the cart has them all, with the time that is left. */
    private static void awaitCart(Sale sale, Buyer buyer, List<String> orders) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            var cart = sale.shop().cart(buyer).json();
            assertThat(cart.get("orders"))
                    .extracting(order -> order.get("orderID").asString())
                    .containsExactlyInAnyOrderElementsOf(orders);
            Instant now = Instant.parse(cart.get("now").asString());
            for (var order : cart.get("orders")) {
                assertThat(Instant.parse(order.get("payBefore").asString())).isAfter(now);
            }
        });
    }

    @Test
    void of_a_cart_each_order_stands_late_comes_back_or_is_paid_by_itself() {
        try (var sale = new Sale(
                "parts",
                Terms.of("PARTA", 3),
                Terms.of("PARTB", 3),
                Terms.of("PARTC", 3),
                Terms.of("PARTD", 3).hold(Duration.ofSeconds(10)))) {
            Buyer buyer = sale.buyer();
            List<String> orders = reserveAll(sale, buyer, 1, 1, 1, 1);
            Http.Answer together = sale.shop().payTogether(buyer, orders);
            assertThat(together.status()).as("%s", together).isEqualTo(200);
            ask(sale, buyer, orders.get(0)).pay();
            awaitState(sale, buyer, orders.get(0), "PAID");
            assertThat(sale.shop().cancel(buyer, orders.get(1)).status()).isEqualTo(200);
            new Provider(together).pay("delaySeconds=12");
            awaitState(sale, buyer, orders.get(3), "EXPIRED");
            awaitState(sale, buyer, orders.get(2), "PAID");
            awaitState(sale, buyer, orders.get(3), "PAID");
            assertGreen(sale);
            assertThat(sale.stores().payments(sale.skus().get(0)))
                    .extracting(Dump.Payment::state)
                    .containsExactlyInAnyOrder("PAID", "REFUNDED");
            assertThat(sale.stores().payments(sale.skus().get(1)))
                    .extracting(Dump.Payment::state)
                    .containsExactly("REFUNDED");
        }
    }

    @Test
    void a_wrong_total_for_a_cart_pays_none_of_it_and_comes_back() {
        try (var sale = new Sale("wrongcart", Terms.of("WRONGA", 3), Terms.of("WRONGB", 3))) {
            Buyer buyer = sale.buyer();
            List<String> orders = reserveAll(sale, buyer, 1, 1);
            new Provider(sale.shop().payTogether(buyer, orders)).pay("amountMinor=1999");
            awaitMoney(sale, "REFUNDED");
            for (String order : orders) {
                assertThat(sale.shop().order(buyer, order).state()).isEqualTo("PENDING_PAYMENT");
            }
            assertGreen(sale);
        }
    }

    @Test
    void what_is_in_a_cart_and_not_payable_is_named() {
        try (var sale = new Sale("named", Terms.of("NAMEA", 3), Terms.of("NAMEB", 3))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            List<String> orders = reserveAll(sale, buyers.get(0), 1, 1);
            var anothers = sale.shop().win(buyers.get(1), sale.sku(), 1, "k");
            var stolen = sale.shop().payTogether(buyers.get(0), List.of(orders.get(0), anothers.id()));
            assertRefused(stolen, 404, "UNKNOWN_ORDER");
            assertThat(stolen.text("orderID")).isEqualTo(anothers.id());
            assertRefused(
                    sale.shop().payTogether(buyers.get(0), List.of(orders.get(0), orders.get(0))), 400, "BAD_REQUEST");
            assertRefused(sale.shop().payTogether(buyers.get(0), List.of()), 400, "BAD_REQUEST");
            sale.shop().cancel(buyers.get(0), orders.get(1));
            var cancelled = sale.shop().payTogether(buyers.get(0), orders);
            assertRefused(cancelled, 409, "NOT_PAYABLE");
            assertThat(cancelled.text("orderID")).isEqualTo(orders.get(1));
            assertThat(cancelled.text("state")).isEqualTo("CANCELLED");
            sale.operator().blacklist("account", buyers.get(0).userId());
            assertRefused(sale.shop().payTogether(buyers.get(0), List.of(orders.get(0))), 403, "BLACKLISTED");
            awaitMoney(sale);
            assertGreen(sale);
        }
    }

    @Test
    void paying_is_for_the_buyer_himself_in_good_standing() {
        try (var sale = new Sale("standing", Terms.of("STANDING", 3))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            String order = reserve(sale, buyers.get(0));
            assertRefused(sale.shop().pay(buyers.get(1), order), 404, "UNKNOWN_ORDER");
            assertThat(Http.send("POST", sale.installation().url("EDGE", "/api/orders/" + order + "/payment"), null)
                            .status())
                    .isEqualTo(401);
            sale.operator().blacklist("account", buyers.get(0).userId());
            assertRefused(sale.shop().pay(buyers.get(0), order), 403, "BLACKLISTED");
            awaitMoney(sale);
            assertGreen(sale);
        }
    }

    @Test
    void an_event_that_the_provider_did_not_sign_changes_nothing() {
        try (var sale = new Sale("forged", Terms.of("FORGED", 3))) {
            Buyer buyer = sale.buyer();
            String order = reserve(sale, buyer);
            Http.Answer where = sale.shop().pay(buyer, order);
            String event =
                    "{\"id\":\"e1\",\"kind\":\"SUCCEEDED\",\"paymentID\":\"%s\",\"amountMinor\":1999,\"currency\":\"CNY\"}"
                            .formatted(where.text("paymentID"));
            var events = sale.installation().url("EDGE", "/api/payments/events/sandbox");
            assertRefused(Http.send("POST", events, event, "Content-Type", "application/json"), 403, "FORGED");
            String signature = "t=%d,v1=%s".formatted(System.currentTimeMillis() / 1000, "0".repeat(64));
            assertRefused(
                    Http.send(
                            "POST",
                            events,
                            event,
                            "Content-Type",
                            "application/json",
                            "X-Sandbox-Signature",
                            signature),
                    403,
                    "FORGED");
            assertThat(sale.shop().order(buyer, order).state()).isNotEqualTo("PAID");
            awaitMoney(sale, "CREATED");
            assertGreen(sale);
        }
    }
}
