package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.BrokerSettings;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Redis dies, comes back empty, or hangs. Nothing is sold from what it says until it was rebuilt from MySQL. */
@FaultTest
class RedisFaultIT {

    private static final Duration GOES_ON_WITHIN = Duration.ofSeconds(10);

    @Test
    @Selected
    void killed_in_mid_sale_nothing_is_sold_until_it_is_rebuilt_and_then_it_goes_on_by_itself() {
        killed("redis killed", "F-05", data -> {});
    }

    @Test
    void with_its_data_gone_it_is_rebuilt_from_mysql_alone() {
        killed("redis killed, its data gone", "F-07", RedisFaultIT::delete);
    }

    @Test
    void with_the_tail_of_its_file_cut_off_it_is_rebuilt() {
        killed("redis killed, the tail of its file cut off", "F-05", data -> {
            Path newest = files(data).stream()
                    .filter(file -> file.toString().endsWith(".aof"))
                    .max(Comparator.comparing(RedisFaultIT::size))
                    .orElseThrow();
            try (var file = FileChannel.open(newest, StandardOpenOption.WRITE)) {
                file.truncate(file.size() * 9 / 10);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void restored_from_a_copy_of_before_the_sale_it_is_rebuilt() throws IOException {
        Path copy = Files.createTempDirectory("flashsale-old-redis");
        Path data = Installation.fromEnvironment().home().resolve("redis/data");
        try {
            copy(data, copy);
            killed("redis restored from an old copy", "F-07", now -> {
                delete(now);
                copy(copy, now);
            });
        } finally {
            delete(copy);
            Files.delete(copy);
        }
    }

    /** Taken and decided, but the queue does not have them: nothing but Redis knows of them, and its file. */
    @Test
    @Selected
    void killed_it_still_knows_whom_it_has_taken_units_for() {
        try (var sale = new Sale("promised", Terms.of("PROMISED", 11).limit(1));
                var broker = new BrokerSettings(sale.installation())) {
            broker.storeNothingBefore(Instant.now().plus(Duration.ofHours(1)));
            try {
                // All at once: after the third send that failed the gate closes.
                var asked = sale.buyers(10, 1).stream()
                        .map(buyer -> sale.shop().buy(buyer, sale.sku(), 1, "once"))
                        .toList();
                assertThat(asked).extracting(each -> each.join().code()).containsOnly("PENDING");
                new Processes(sale.installation()).kill("redis");
            } finally {
                broker.storeNothingBefore(Instant.EPOCH);
            }
            sale.operator().repair();
            Buyer last = sale.buyer();
            Awaitility.await("it sells again")
                    .atMost(GOES_ON_WITHIN)
                    .pollInterval(Duration.ofMillis(250))
                    .until(() -> sale.shop().buyNow(last, sale.sku(), 1, "once").reserved());
            Verdict verdict = Checker.check(sale.settle());
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
            assertThat(sale.stores().item(sale.sku()).held())
                    .as("those that it had taken, and the last")
                    .isEqualTo(11);
            sale.operator().persist(sale.sku(), "end");
        }
    }

    private static void killed(String fault, String cases, Consumer<Path> damage) {
        try (var storm = new Storm(fault, cases)) {
            storm.begin(300);
            long backend = storm.processes().pid("backend");
            long epoch = storm.sale().stores().item(storm.sale().sku()).epoch();
            storm.strike(() -> storm.processes().kill("redis"));
            Instant dead = Instant.now();
            Buyer witness = storm.witness(1);
            // the first may have been on its way
            awaitClosed(storm, "dead");
            damage.accept(storm.sale().installation().home().resolve("redis/data"));
            Instant repairing = Instant.now();
            storm.repair();
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
            assertNothingSoldBetween(storm.end(), dead, repairing);
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
        try (var storm = new Storm("redis frozen for 5 s", "F-09")) {
            storm.begin(300).strike(() -> storm.processes().freeze("redis"));
            try {
                awaitClosed(storm, "frozen");
                storm.lasting(Duration.ofSeconds(5));
            } finally {
                storm.heal(() -> storm.processes().thaw("redis"));
            }
            storm.end();
        }
    }

    @Test
    void a_script_that_runs_away_for_4_s_delays_and_loses_nothing() {
        try (var storm = new Storm("a script blocks redis for 4 s", "F-09")) {
            storm.begin(300).strike(() -> storm.sale()
                    .stores()
                    .redisAsync()
                    .eval(
                            "local t = redis.call('TIME')[1]; repeat until redis.call('TIME')[1] - t >= 4; return 0",
                            ScriptOutputType.INTEGER));
            awaitClosed(storm, "script");
            storm.lasting(Duration.ofSeconds(4)).heal(() -> {}).end();
        }
    }

    @Test
    void out_of_memory_it_refuses_in_the_open_and_no_call_takes_effect_by_half() {
        refusing("redis out of memory for 4 s", "maxmemory", "1mb");
    }

    @Test
    void refusing_writes_for_want_of_replicas_it_closes_the_gate() {
        refusing("redis refuses writes for 4 s", "min-replicas-to-write", "1");
    }

    private static void refusing(String fault, String setting, String value) {
        try (var storm = new Storm(fault, "F-11")) {
            var redis = storm.sale().stores().redis();
            String before = redis.configGet(setting).get(setting);
            storm.begin(300).strike(() -> redis.configSet(setting, value));
            try {
                awaitClosed(storm, "refusing");
                storm.lasting(Duration.ofSeconds(4));
            } finally {
                storm.heal(() -> redis.configSet(setting, before));
            }
            storm.end();
        }
    }

    /** Every answer meanwhile is one of "not now" and "not known yet". */
    private static void awaitClosed(Storm storm, String key) {
        Shop.Told[] told = new Shop.Told[1];
        Awaitility.await("the edge closes the gate")
                .atMost(Duration.ofSeconds(6))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    told[0] = storm.sale()
                            .shop()
                            .buyNow(storm.witness(0), storm.sale().sku(), 1, key);
                    assertThat(told[0].code()).as(told[0].body()).isIn("BUSY", "NOT_READY", "PENDING", "THROTTLED");
                    return "BUSY".equals(told[0].code()) || "NOT_READY".equals(told[0].code());
                });
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

    static void delete(Path folder) {
        List<Path> data = new ArrayList<>(files(folder));
        assertThat(data).as("Redis keeps data here: %s", folder).isNotEmpty();
        Collections.reverse(data);
        for (Path path : data) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void copy(Path from, Path to) {
        for (Path path : files(from)) {
            try {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Everything in a folder, what contains before what is contained. */
    private static List<Path> files(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(path -> !path.equals(folder)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
