package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** S-20 to S-26, S-36 and the blacklist: more than is allowed, the same thing many times, other people's things. */
class FlowAttackIT {

    private static final Duration IDLE = Duration.ofSeconds(2);

    @Test
    void a_hundred_at_once_by_one_buyer_with_different_keys_get_no_more_than_the_limit() {
        try (var sale = new Sale("hundred", Terms.of("HUNDRED", 50).limit(2))) {
            Buyer buyer = sale.buyer();
            List<Basket> baskets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                baskets.add(new Basket(buyer, sale.sku(), 1, "key-" + i));
            }
            Map<String, Long> codes = Crowd.codes(new Crowd(sale.shop(), 100, Duration.ZERO).run(baskets));
            assertThat(codes.getOrDefault("RESERVED", 0L) + codes.getOrDefault("PENDING", 0L))
                    .as("%s", codes)
                    .isEqualTo(2);
            assertThat(codes.keySet())
                    .isSubsetOf("RESERVED", "LIMIT_REACHED", "THROTTLED", "PENDING", "BUSY", "NOT_READY");
            assertGreen(sale);
            assertThat(sale.stores().orders(sale.sku())).hasSize(2);
        }
    }

    @Test
    void a_hundred_at_once_with_one_key_are_one_reservation() {
        try (var sale = new Sale("one-key", Terms.of("ONEKEY", 50).limit(5))) {
            List<Buyer> buyers = sale.buyers(13, 1);
            List<Basket> baskets = new ArrayList<>();
            // eight each: within the account's burst of ten, so that the bucket does not do the work
            for (Buyer buyer : buyers) {
                Collections.addAll(
                        baskets,
                        Collections.nCopies(8, new Basket(buyer, sale.sku(), 1, "key"))
                                .toArray(Basket[]::new));
            }
            List<Shop.Told> told = new Crowd(sale.shop(), 100, Duration.ZERO).run(baskets);
            Set<String> ids = told.stream()
                    .filter(t -> t.orderId() != null)
                    .map(Shop.Told::id)
                    .collect(Collectors.toSet());
            assertThat(ids).as("%s", Crowd.codes(told)).hasSize(13);
            assertThat(Crowd.codes(told).keySet()).isSubsetOf("RESERVED", "PENDING");
            assertGreen(sale);
            assertThat(sale.stores().orders(sale.sku())).hasSize(13);
        }
    }

    @Test
    void a_key_with_another_payload_is_refused_and_changes_nothing() {
        try (var sale = new Sale("payload", Terms.of("PAYLOAD", 50).limit(5))) {
            Buyer buyer = sale.buyer();
            Shop.Told won = sale.shop().win(buyer, sale.sku(), 1, "key");
            Shop.Told other = sale.shop().outcome(buyer, sale.sku(), 2, "key");
            assertThat(other.status()).as(other.body()).isEqualTo(422);
            assertThat(other.code()).isEqualTo("REQUEST_REUSED");
            assertThat(other.orderId()).isNull();
            assertThat(sale.shop().win(buyer, sale.sku(), 1, "key").orderId()).isEqualTo(won.id());
            assertGreen(sale);
        }
    }

    @Test
    void anothers_key_neither_replays_nor_tells_anything() {
        try (var sale = new Sale("anothers-key", Terms.of("KEYS", 50).limit(5))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            Shop.Told mine = sale.shop().win(buyers.get(0), sale.sku(), 1, "shared");
            Shop.Told theirs = sale.shop().win(buyers.get(1), sale.sku(), 2, "shared");
            assertThat(theirs.id()).isNotEqualTo(mine.id());
            assertGreen(sale);
        }
    }

    @Test
    void the_key_may_come_as_a_header_and_is_the_same_key() {
        try (var sale = new Sale("header-key", Terms.of("HEADERKEY", 50).limit(5))) {
            Buyer buyer = sale.buyer();
            Shop.Told won = sale.shop().buyNow(buyer, sale.sku(), 1, "key");
            Http.Answer again = Http.send(
                    "POST",
                    sale.installation().url("EDGE", "/buy"),
                    "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sale.sku()),
                    "Content-Type",
                    "application/json",
                    "Authorization",
                    "Bearer " + buyer.session(),
                    "Idempotency-Key",
                    "key");
            assertThat(again.text("orderID")).as("%s", again).isEqualTo(won.id());
            assertGreen(sale);
        }
    }

    @Test
    void price_discount_currency_and_level_from_the_client_change_nothing() {
        try (var sale = new Sale("price", Terms.of("PRICE", 5).limit(5))) {
            Buyer buyer = sale.buyer();
            long number = sale.history().invoke(buyer.userId(), buyer.level(), sale.sku(), 1, "key");
            Http.Answer answer = Http.send(
                    "POST",
                    sale.installation().url("EDGE", "/buy"),
                    """
                    {"sessionID":"%s","goodsSKU":"%s","goodsQuantity":1,"requestID":"key","price":1,"priceMinor":1,
                     "currency":"ZZZ","discount":99,"promoID":1,"epoch":0,"state":"PAID","clientIP":"10.0.0.1"}"""
                            .formatted(buyer.session(), sale.sku()),
                    "Content-Type",
                    "application/json");
            sale.history().lost(number, "by hand");
            assertThat(answer.status()).as("%s", answer).isIn(200, 400);
            Verdict verdict = sale.verdict();
            assertThat(verdict.findings()).as("%s", verdict).isEmpty();
            assertThat(sale.stores().orders(sale.sku()))
                    .allSatisfy(o -> assertThat(o.priceMinor()).isEqualTo(1999));
        }
    }

    @Test
    void a_buyer_without_the_level_is_not_eligible_and_one_with_a_limit_of_none_neither() {
        try (var sale = new Sale("levels", Terms.of("LEVELS", 9).limit(2).levels(2, Map.of(3, 0, 4, 3)))) {
            expect(sale, 1, "NOT_ELIGIBLE");
            expect(sale, 2, "RESERVED");
            expect(sale, 3, "NOT_ELIGIBLE");
            expect(sale, 4, "RESERVED");
            assertGreen(sale);
        }
    }

    private static void expect(Sale sale, int level, String code) {
        Shop.Told told = sale.shop().outcome(sale.buyers(1, level).get(0), sale.sku(), 1, "k");
        assertThat(told.code()).as("level %d: %s", level, told.body()).isEqualTo(code);
    }

    @Test
    void a_blacklisted_account_is_refused_within_a_second_or_two() {
        try (var sale = new Sale("banned", Terms.of("BANNED", 9).limit(9))) {
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "before");
            sale.operator().blacklist("account", buyer.userId());
            Shop.Told[] told = new Shop.Told[1];
            int[] number = new int[1];
            Awaitility.await()
                    .atMost(Duration.ofMillis(2500))
                    .pollInterval(Duration.ofMillis(230))
                    .until(() -> {
                        told[0] = sale.shop().buyNow(buyer, sale.sku(), 1, "after-" + number[0]++);
                        return "BLACKLISTED".equals(told[0].code());
                    });
            assertThat(told[0].status()).isEqualTo(403);
            assertThat(told[0].body()).contains("Bad guy! Bye-Bye!");
            assertGreen(sale);
        }
    }

    @Test
    void one_account_that_tries_too_often_is_throttled_and_told_when_to_come_back() {
        try (var sale = new Sale("often", Terms.of("OFTEN", 9).limit(1))) {
            Buyer buyer = sale.buyer();
            List<Basket> baskets = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                baskets.add(new Basket(buyer, sale.sku(), 1, "k" + i));
            }
            List<Shop.Told> told = new Crowd(sale.shop(), 40, Duration.ZERO).run(baskets);
            assertThat(Crowd.codes(told).getOrDefault("THROTTLED", 0L))
                    .as("%s", Crowd.codes(told))
                    .isGreaterThanOrEqualTo(10);
            Http.Answer answer;
            int tries = 0;
            do {
                // a token comes back each 200 ms; whoever goes on trying uses it up
                answer = Http.send(
                        "POST",
                        sale.installation().url("EDGE", "/buy"),
                        "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1,\"requestID\":\"k1\"}"
                                .formatted(buyer.session(), sale.sku()),
                        "Content-Type",
                        "application/json");
            } while (answer.status() != 429 && ++tries < 30);
            assertThat(answer.status()).as("%s", answer).isEqualTo(429);
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(answer.json().get("isThrottled").asBoolean()).isTrue();
            assertGreen(sale);
        }
    }

    @Test
    void random_skus_are_refused_at_the_edge_without_a_read_of_the_database() {
        try (var sale = new Sale("random", Terms.of("RANDOM", 5))) {
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "k");
            double idle = idleSelects(sale);
            long before = selects(sale);
            long began = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                Http.Answer answer = Http.send(
                        "POST",
                        sale.installation().url("EDGE", "/buy"),
                        "{\"sessionID\":\"%s\",\"goodsSKU\":\"NOPE-%d\",\"goodsQuantity\":1}"
                                .formatted(buyer.session(), i),
                        "Content-Type",
                        "application/json");
                assertThat(answer.status()).as("%s", answer).isEqualTo(404);
            }
            double more = selects(sale) - before - idle * (System.nanoTime() - began) / 1e9;
            assertThat(more)
                    .as(
                            "more than the services and the test poll by themselves, of which 300 would be one for each request")
                    .isLessThan(150);
            assertGreen(sale);
        }
    }

    /** How many there are in a second of this test without a request. */
    private static double idleSelects(Sale sale) {
        long before = selects(sale);
        long began = System.nanoTime();
        Awaitility.await().pollDelay(IDLE).timeout(IDLE.plusSeconds(5)).until(() -> true);
        return (selects(sale) - before) / ((System.nanoTime() - began) / 1e9);
    }

    private static long selects(Sale sale) {
        return sale.stores()
                .query("SHOW GLOBAL STATUS LIKE 'Com_select'", r -> r.getLong(2))
                .get(0);
    }

    private static void assertGreen(Sale sale) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        assertThat(sale.stores().orders(sale.sku()))
                .extracting(Dump.Order::state)
                .doesNotContain("REJECTED");
    }
}
