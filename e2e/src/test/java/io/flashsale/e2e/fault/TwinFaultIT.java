package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Hops;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.SecondEdge;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Twin;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Two of a kind: they race, and one of them hangs and wakes again. */
@FaultTest
class TwinFaultIT {

    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(10);

    @Test
    void of_two_edges_the_one_without_redis_refuses_and_the_other_sells_under_the_same_limits() {
        try (var storm = new Storm("one of two edges without redis for 5 s", "F-27");
                var edge = new SecondEdge(storm.sale().installation(), storm.processes(), Twin.freePort());
                Shop other = edge.shop(storm.sale().history())) {
            Sale sale = storm.sale();
            Buyer buyer = storm.witness(0);
            storm.begin(300).strike(() -> storm.hops().get(Hops.Hop.EDGE_REDIS).blackhole());
            try {
                Shop.Told won = other.buyNow(buyer, sale.sku(), 1, "mine");
                assertThat(won.reserved()).as(won.body()).isTrue();
                assertThat(sale.shop()
                                .buyNow(storm.witness(1), sale.sku(), 1, "theirs")
                                .code())
                        .isIn("BUSY", "NOT_READY", "PENDING");
                storm.lasting(Duration.ofSeconds(5)).heal(storm.hops()::heal);
                Awaitility.await("the first edge answers as the other did")
                        .atMost(TAKEN_OVER_WITHIN)
                        .until(() -> won.id()
                                .equals(sale.shop()
                                        .buyNow(buyer, sale.sku(), 1, "mine")
                                        .orderId()));
                assertThat(sale.shop().buyNow(buyer, sale.sku(), 1, "more").code())
                        .isIn("LIMIT_REACHED", "ALL_RESERVED");
            } finally {
                storm.hops().heal();
            }
            storm.end();
        }
    }

    @Test
    void two_backends_rebuild_a_redis_that_was_killed_and_it_is_rebuilt_once() {
        try (var storm = new Storm("redis killed, two backends rebuild", "F-05, F-34");
                var twin = new Twin(storm.processes(), "backend")) {
            Sale sale = storm.sale();
            long epoch = sale.stores().item(sale.sku()).epoch();
            storm.begin(300)
                    .strike(() -> storm.processes().kill("redis"))
                    .repair()
                    .end();
            assertThat(twin.alive()).isTrue();
            assertThat(sale.stores().item(sale.sku()).epoch()).as("one rebuild").isEqualTo(epoch + 1);
        }
    }

    @Test
    void a_backend_that_hangs_in_the_middle_of_a_rebuild_is_relieved_by_the_other_and_does_no_harm_when_it_wakes() {
        try (var storm = new Storm("the rebuilding backend hangs", "F-34");
                var twin = new Twin(storm.processes(), "backend")) {
            Sale sale = storm.sale();
            storm.begin(300);
            Dump.Item before = sale.stores().item(sale.sku());
            long[] holder = new long[1];
            CompletableFuture<Void> repair;
            // no marker can pass
            storm.hops().get(Hops.Hop.CONSUMER_MYSQL).blackhole();
            try {
                storm.strike(() -> storm.processes().kill("redis"));
                repair = CompletableFuture.runAsync(sale.operator()::repair);
                Awaitility.await("a rebuild waits for its marker")
                        .atMost(Duration.ofSeconds(40))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> sale.stores().item(sale.sku()).epoch() > before.epoch()
                                && (holder[0] = lockHolder(sale)) > 0);
            } catch (RuntimeException | Error e) {
                storm.hops().heal();
                throw e;
            }
            long rebuilding = twin.owns(clientPort(sale, holder[0]))
                    ? twin.pid()
                    : storm.processes().pid("backend");
            storm.processes().freeze(rebuilding);
            try {
                storm.heal(storm.hops()::heal);
                Awaitility.await("the other one rebuilds")
                        .atMost(TAKEN_OVER_WITHIN)
                        .ignoreExceptions()
                        .until(() -> sale.stores().ready(sale.stores().item(sale.sku())));
            } finally {
                storm.processes().thaw(rebuilding);
            }
            repair.join();
            storm.end();
        }
    }

    @Test
    void of_two_consumers_one_hangs_with_its_hands_full_and_wakes_again() {
        try (var storm = new Storm("one of two consumers frozen for 15 s", "F-19, F-22");
                var twin = new Twin(storm.processes(), "consumer")) {
            storm.begin(300)
                    .strike(() -> storm.processes().freeze("consumer"))
                    .lasting(Duration.ofSeconds(15))
                    .heal(() -> storm.processes().thaw("consumer"))
                    .end();
            assertThat(twin.alive()).isTrue();
        }
    }

    /** MySQL's id of the connection that holds the lock of rebuilds; 0: none. */
    private static long lockHolder(Sale sale) {
        return sale.stores()
                .query("SELECT IS_USED_LOCK('flashsale.rebuild')", row -> row.getLong(1))
                .get(0);
    }

    private static int clientPort(Sale sale, long connection) {
        List<String> hosts = sale.stores()
                .query(
                        "SELECT host FROM information_schema.processlist WHERE id = ?",
                        row -> row.getString(1),
                        connection);
        return Integer.parseInt(hosts.get(0).substring(hosts.get(0).lastIndexOf(':') + 1));
    }
}
