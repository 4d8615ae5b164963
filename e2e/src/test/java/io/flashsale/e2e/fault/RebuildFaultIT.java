package io.flashsale.e2e.fault;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Hops.Hop;
import io.flashsale.e2e.client.Sale;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The rebuild of Redis is itself interrupted, at each of its steps; the next one begins anew with a higher epoch. */
@FaultTest
class RebuildFaultIT {

    @Test
    void killed_when_the_epoch_is_raised_and_the_marker_has_not_passed() {
        try (var storm = new Storm("rebuild killed before its marker passed", "F-34")) {
            Dump.Item before = redisGone(storm, storm.hops().get(Hop.CONSUMER_MYSQL)::blackhole);
            Sale sale = storm.sale();
            killBackendWhen(
                    storm,
                    "the epoch is raised",
                    () -> sale.stores().item(sale.sku()).epoch() > before.epoch(),
                    storm.hops()::heal);
        }
    }

    @Test
    void killed_in_the_middle_of_the_installation() {
        try (var storm = new Storm("rebuild killed while it installs", "F-34")) {
            redisGone(storm, () -> storm.hops().get(Hop.BACKEND_REDIS).delay(Duration.ofMillis(30)));
            Sale sale = storm.sale();
            killBackendWhen(
                    storm,
                    "keys of the new epoch are there, and not granted",
                    () -> {
                        Dump.Item now = sale.stores().item(sale.sku());
                        String key = new StockKeys(now.sku(), now.id(), now.epoch()).reservations();
                        return sale.stores().redis().exists(key) > 0
                                && !sale.stores().ready(now);
                    },
                    storm.hops()::heal);
        }
    }

    @Test
    void killed_the_moment_it_has_granted() {
        try (var storm = new Storm("rebuild killed when it has granted", "F-34")) {
            redisGone(storm, () -> {});
            Sale sale = storm.sale();
            killBackendWhen(
                    storm,
                    "the lease covers the item again",
                    () -> sale.stores().ready(sale.stores().item(sale.sku())),
                    () -> {});
        }
    }

    @Test
    void whose_answers_are_lost_again_and_again_comes_to_an_end() {
        try (var storm = new Storm("rebuild whose answers are lost for 6 s", "F-10, F-34")) {
            redisGone(storm, storm.hops().get(Hop.BACKEND_REDIS)::resetAfterSend);
            var repair = CompletableFuture.runAsync(storm.sale().operator()::repair);
            storm.lasting(Duration.ofSeconds(6)).heal(storm.hops()::heal);
            repair.join();
            storm.end();
        }
    }

    /** A sale in whose middle Redis is killed and its data deleted; what holds the rebuild up is in place before. */
    private static Dump.Item redisGone(Storm storm, Runnable holdUp) {
        storm.begin(300);
        Dump.Item before = storm.sale().stores().item(storm.sale().sku());
        holdUp.run();
        storm.strike(() -> {
            storm.processes().kill("redis");
            RedisFaultIT.delete(storm.sale().installation().home().resolve("redis/data"));
        });
        return before;
    }

    private static void killBackendWhen(Storm storm, String what, Callable<Boolean> moment, Runnable goOn) {
        // It may say that the backend died while it waited for it: so it was meant.
        var repair = CompletableFuture.supplyAsync(() -> storm.sale().operator().flashsale("up", "--yes"));
        try {
            Awaitility.await(what)
                    .atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .ignoreExceptions()
                    .until(moment);
            storm.processes().kill("backend");
        } finally {
            goOn.run();
        }
        repair.join();
        storm.repair().end();
    }
}
