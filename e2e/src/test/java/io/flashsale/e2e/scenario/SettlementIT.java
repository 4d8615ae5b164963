package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A sale is drawn a line under by the operator's command: not before its end, and then to the last unit and cent. */
class SettlementIT {

    /** Whoever waits until the edge knows the SKU hears these, too. */
    private static final Set<String> NOT_ONLY_THE_BUYERS =
            Set.of("UNAUTHENTICATED", "NOT_READY", "BUSY", "UNKNOWN_SKU");

    @Test
    void what_buyers_were_told_is_told_by_the_settlement_to_the_last_answer() {
        try (var sale = new Sale("answers", Terms.of("ANSWERS", 20).limit(1).hold(Duration.ofSeconds(3)))) {
            List<Buyer> buyers = sale.buyers(300, 1);
            var crowd = new Crowd(sale.shop(), 32, Duration.ofSeconds(20));
            crowd.run(
                    buyers.stream().map(b -> new Basket(b, sale.sku(), 1, "k")).toList());
            crowd.run(buyers.stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "other"))
                    .toList());
            sale.operator().change(sale.sku(), "end");
            Awaitility.await("the edge hears of the end").until(() -> "ENDED"
                    .equals(sale.shop()
                            .buyNow(buyers.get(0), sale.sku(), 1, null)
                            .code()));
            crowd.run(buyers.stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "late"))
                    .toList());
            String promo = sale.stores().promoOf(sale.sku());

            Map<String, Long> heard = sale.history().attempts().stream()
                    .map(attempt -> Objects.requireNonNullElse(attempt.code(), "no answer"))
                    .filter(code -> !NOT_ONLY_THE_BUYERS.contains(code))
                    .collect(Collectors.groupingBy(code -> code, TreeMap::new, Collectors.counting()));
            assertThat(heard.get("ENDED")).isGreaterThanOrEqualTo(280);
            Awaitility.await("the settlement has every answer")
                    .atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        var settled = sale.operator().flashsale("settle", promo);
                        assertThat(settled.exit()).as(settled.output()).isZero();
                        assertThat(told(settled.output())).isEqualTo(heard);
                    });
        }
    }

    private static Map<String, Long> told(String report) {
        var answers = Http.JSON.readTree(report).get("answers");
        assertThat(answers.get("edges").get(0).get("countedAt").asString()).isNotEmpty();
        Map<String, Long> byCode = new TreeMap<>();
        answers.get("items").get(0).get("byCode").properties().forEach(each -> {
            if (!NOT_ONLY_THE_BUYERS.contains(each.getKey())) {
                byCode.put(each.getKey(), each.getValue().asLong());
            }
        });
        return byCode;
    }

    @Test
    void a_sale_that_is_over_is_settled_and_not_before() throws IOException {
        try (var sale = new Sale("settle", Terms.of("SETTLE", 4).hold(Duration.ofSeconds(10)))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            var paid = sale.shop().win(buyers.get(0), sale.sku(), 1, "k");
            var forgotten = sale.shop().win(buyers.get(1), sale.sku(), 1, "k");
            Provider.of(sale.shop(), buyers.get(0), paid.id()).pay();
            sale.withdraw(sale.sku(), 1);
            String promo = sale.stores().promoOf(sale.sku());

            var early = sale.operator().flashsale("settle", promo);
            assertThat(early.exit()).isNotZero();
            assertThat(early.output()).contains("NOT_SETTLED", "it is LIVE");
            sale.operator().change(sale.sku(), "end");

            Path folder = Files.createDirectories(Path.of("target", "settlement"));
            Path page = folder.resolve("page.html").toAbsolutePath();
            Path orders = folder.resolve("orders.csv").toAbsolutePath();
            Awaitility.await("the unpaid order expires and the promo is settled")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        var settled = sale.operator()
                                .flashsale("settle", promo, "--page", page.toString(), "--orders", orders.toString());
                        assertThat(settled.exit()).as(settled.output()).isZero();
                        assertThat(settled.output())
                                .contains(
                                        "\"units\":{\"published\":4,\"toppedUp\":0,\"withdrawn\":1,\"sold\":1,\"left\":2,\"returned\":0}")
                                .contains("\"money\":{\"ordered\":1999,\"refunded\":0,\"net\":1999,\"givenBack\":0}");
                    });
            assertThat(Files.readString(page)).contains("Every unit and all money is accounted for.");
            assertThat(Files.readAllLines(orders)).hasSize(3).anyMatch(line -> line.startsWith(paid.id() + ","));
            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        }
    }
}
