package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Redis dies, comes back empty, or hangs. Nothing is sold from what it says until it was rebuilt from MySQL. */
class RedisFaultIT {

    private static final Duration GOES_ON_WITHIN = Duration.ofSeconds(10);

    @Test
    void killed_in_mid_sale_nothing_is_sold_until_it_is_rebuilt_and_then_it_goes_on_by_itself() {
        killed("redis", false);
    }

    @Test
    void with_its_data_gone_it_is_rebuilt_from_mysql_alone() {
        killed("redis-wiped", true);
    }

    private static void killed(String name, boolean wiped) {
        try (var storm = new Storm(name)) {
            var answers = storm.begin(300);
            long backend = storm.processes().pid("backend");
            long epoch = storm.sale().stores().item(storm.sale().sku()).epoch();
            storm.processes().kill("redis");
            Instant dead = Instant.now();
            Buyer witness = storm.witness(0);
            for (int i = 0; i < 3; i++) {
                Shop.Told told =
                        storm.sale().shop().buyNow(witness, storm.sale().sku(), 1, "witness");
                assertThat(told.code()).as(told.body()).isIn("BUSY", "NOT_READY");
                assertThat(told.status()).isEqualTo(503);
            }
            if (wiped) {
                deleteData(storm.sale().installation().home().resolve("redis"));
            }
            Instant repairing = Instant.now();
            storm.sale().operator().repair();
            Awaitility.await("it sells again")
                    .atMost(GOES_ON_WITHIN)
                    .pollInterval(Duration.ofMillis(250))
                    .until(() -> {
                        Shop.Told told =
                                storm.sale().shop().buyNow(witness, storm.sale().sku(), 1, "witness");
                        return told.reserved() || "ALL_RESERVED".equals(told.code());
                    });
            assertThat(storm.processes().pid("backend"))
                    .as("the same backend, not restarted")
                    .isEqualTo(backend);
            assertThat(storm.sale().stores().item(storm.sale().sku()).epoch()).isGreaterThan(epoch);
            Run run = storm.end(answers);
            assertNothingSoldBetween(run, dead, repairing);
        }
    }

    /** While there was no Redis nobody can have been promised anything. */
    private static void assertNothingSoldBetween(Run run, Instant dead, Instant repaired) {
        List<Attempt> sold = run.attempts().stream()
                .filter(a -> a.kind() == Attempt.Kind.OK && a.invokedAt().isAfter(dead))
                .filter(a -> a.outcome() instanceof Outcome.Answered answered
                        && answered.at().isBefore(repaired))
                .toList();
        assertThat(sold).isEmpty();
    }

    @Test
    void frozen_for_a_while_every_buyer_gets_an_explicit_answer_and_nothing_is_taken_twice() {
        try (var storm = new Storm("redis-frozen")) {
            var answers = storm.begin(300);
            storm.processes().freeze("redis");
            try {
                Shop.Told[] told = new Shop.Told[1];
                Awaitility.await("the edge closes the gate")
                        .atMost(Duration.ofSeconds(6))
                        .pollInterval(Duration.ofMillis(250))
                        .until(() -> {
                            told[0] = storm.sale()
                                    .shop()
                                    .buyNow(storm.witness(0), storm.sale().sku(), 1, "frozen");
                            assertThat(told[0].code())
                                    .as(told[0].body())
                                    .isIn("BUSY", "NOT_READY", "PENDING", "THROTTLED");
                            return "BUSY".equals(told[0].code()) || "NOT_READY".equals(told[0].code());
                        });
            } finally {
                storm.processes().thaw("redis");
            }
            storm.end(answers);
        }
    }

    @Test
    void a_redis_that_claims_more_than_there_is_cannot_oversell_and_is_rebuilt() {
        try (var sale = new Sale("liar", Terms.of("LIAR", 20).limit(1))) {
            Dump.Item item = sale.stores().item(sale.sku());
            String key = new StockKeys(item.sku(), item.id(), item.epoch()).item();
            sale.stores().redis().hset(key, Map.of("published", "30", "available", "30"));
            List<Basket> baskets = sale.buyers(60, 1).stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "once"))
                    .toList();
            new Crowd(sale.shop(), 30, Duration.ofSeconds(60)).run(baskets);
            Awaitility.await("the wrong item is rebuilt")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> sale.stores().item(sale.sku()).epoch() > item.epoch());

            Verdict verdict = Checker.check(sale.settle());
            Dump.Item after = sale.stores().item(sale.sku());
            assertThat(after.held()).as("MySQL's ceiling holds").isEqualTo(20);
            assertThat(sale.stores().orders(sale.sku()))
                    .filteredOn(Dump.Order::rejected)
                    .as("the rest is rejected, in the open")
                    .isNotEmpty()
                    .allSatisfy(o -> assertThat(o.reason()).isNotBlank());
            // what cannot be helped, a promise that is broken, is what the checker must see; and it must see nothing
            // else
            assertThat(verdict.invariants())
                    .as("%s", verdict)
                    .contains("INV-05")
                    .isSubsetOf("INV-05", "INV-10");
        }
    }

    private static void deleteData(Path folder) {
        try (var files = Files.walk(folder)) {
            List<Path> data = files.sorted(Comparator.reverseOrder())
                    .filter(p ->
                            p.toString().contains("appendonly") || p.toString().endsWith(".rdb"))
                    .toList();
            assertThat(data).as("Redis keeps data here: %s", folder).isNotEmpty();
            for (Path path : data) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
