package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a newcomer does with {@code ./flashsale} alone. */
class NewcomerIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void five_hundred_units_published_and_wanted_by_five_thousand_by_the_command_alone() {
        Terms terms = Terms.of("T1", 500).limit(1);
        String sku = terms.sku();
        var operator = new Operator(Installation.fromEnvironment());
        Operator.Ended published = operator.flashsale(
                "promo",
                "publish",
                "--sku",
                sku,
                "--stock",
                "500",
                "--limit",
                "1",
                "--opens",
                "now",
                "--closes",
                "+1h",
                "--price",
                "1999");
        assertThat(published.exit()).as(published.output()).isZero();
        List<Buyer> buyers = Operator.read(
                operator.flashsale("buyers", "5000", "--prefix", sku).output());
        assertThat(buyers).hasSize(5000);

        try (var sale = Sale.published("newcomer", terms)) {
            sale.know(buyers);
            List<Basket> baskets =
                    buyers.stream().map(b -> new Basket(b, sku, 1, "once")).toList();
            Map<String, Long> codes = Crowd.codes(new Crowd(sale.shop(), 400, Duration.ofSeconds(20)).run(baskets));
            assertThat(codes.get("RESERVED")).as("%s", codes).isEqualTo(500);
            assertThat(codes.getOrDefault("SOLD_OUT", 0L) + codes.getOrDefault("ALL_RESERVED", 0L))
                    .as("%s", codes)
                    .isEqualTo(4500);

            Run run = sale.settle();
            assertThat(Checker.check(run).status()).as("%s", Checker.check(run)).isEqualTo(Verdict.Status.GREEN);
            assertThat(run.dump().orders()).hasSize(500).allMatch(o -> o.state().equals("PENDING_PAYMENT"));
            JsonNode stock = JSON.readTree(operator.flashsale("stock", sku).output());
            assertThat(stock.get("consistent").asBoolean()).as("%s", stock).isTrue();
            assertThat(stock.get("held").asInt()).isEqualTo(500);
        }
    }

    @Test
    void the_curl_line_that_up_prints_buys_and_the_order_is_in_mysql_within_two_seconds() {
        Terms terms = Terms.of("CURL", 5).limit(2);
        try (var sale = new Sale("curl", terms)) {
            // what has never bought before is slow once
            sale.shop().win(sale.buyer(), sale.sku(), 1, "warm");
            Buyer buyer = sale.buyer();
            Shop.Told told = sale.shop().win(buyer, sale.sku(), 1, "first");
            assertThat(told.status()).as(told.body()).isEqualTo(200);
            org.awaitility.Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(2))
                    .pollInterval(java.time.Duration.ofMillis(20))
                    .until(() -> sale.stores().order(sale.sku(), told.id()).stream()
                            .anyMatch(o -> o.state().equals("PENDING_PAYMENT")));
            assertThat(sale.shop().order(buyer, told.id()).state()).isEqualTo("PENDING_PAYMENT");
        }
    }

    @Test
    void the_answer_has_the_shape_of_the_published_contract() {
        Terms terms = Terms.of("SHAPE", 5);
        try (var sale = new Sale("shape", terms)) {
            JsonNode body = JSON.readTree(
                    sale.shop().win(sale.buyer(), sale.sku(), 1, "first").body());
            assertThat(body.propertyNames())
                    .contains(
                            "reponseMsg",
                            "repResult",
                            "isThrottled",
                            "version",
                            "code",
                            "orderID",
                            "payBefore",
                            "traceID");
            assertThat(body.get("repResult").asBoolean()).isTrue();
            assertThat(body.get("isThrottled").asBoolean()).isFalse();
            assertThat(body.get("reponseMsg").asString())
                    .isEqualTo("successed.please place the order and make payments within half an hour");
            assertThat(java.time.Instant.parse(body.get("payBefore").asString()))
                    .isBetween(
                            java.time.Instant.now().plusSeconds(1700),
                            java.time.Instant.now().plusSeconds(1801));
        }
    }

    @Test
    void promos_that_cannot_be_are_refused_with_a_sentence_that_names_what_is_wrong() {
        Terms live = Terms.of("TAKEN", 5);
        try (var sale = new Sale("taken", live)) {
            Operator operator = sale.operator();
            assertRefused(
                    operator,
                    "end before it opens",
                    "--sku",
                    "X1",
                    "--stock",
                    "5",
                    "--opens",
                    "+2h",
                    "--closes",
                    "+1h");
            assertRefused(operator, "--stock", "--sku", "X1", "--stock", "-5", "--closes", "+1h");
            assertRefused(operator, "--limit", "--sku", "X1", "--stock", "5", "--limit", "0", "--closes", "+1h");
            assertRefused(operator, live.sku(), "--sku", live.sku(), "--stock", "5", "--closes", "+1h");
            Http.Answer backwards = operator.cms(
                    "POST",
                    "/promos",
                    Map.of(
                            "name",
                            "n",
                            "description",
                            "",
                            "opensAt",
                            "2030-01-02T00:00:00Z",
                            "closesAt",
                            "2030-01-01T00:00:00Z",
                            "items",
                            List.of()));
            assertThat(backwards.status()).as("%s", backwards).isIn(400, 422);
        }
    }

    private static void assertRefused(Operator operator, String named, String... options) {
        String[] command = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("promo", "publish"), java.util.stream.Stream.of(options))
                .toArray(String[]::new);
        Operator.Ended ended = operator.flashsale(command);
        assertThat(ended.exit()).as(ended.output()).isNotZero();
        assertThat(ended.output()).contains(named);
    }
}
