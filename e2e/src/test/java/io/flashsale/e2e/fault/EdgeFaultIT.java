package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.RawHttp;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** nginx dies: one worker, all workers, the whole of it; or is told to read its configuration again. */
@FaultTest
class EdgeFaultIT {

    /** Connections of their own, so that each worker gets some: the kernel spreads them. */
    private static final int CONNECTIONS = 24;

    @Test
    @Selected
    void workers_killed_in_mid_burst_lose_no_order_and_are_there_again() {
        try (var storm = new Storm("each nginx worker killed twice", "F-01")) {
            storm.begin(200);
            storm.strike(() -> {
                for (int round = 0; round < 2; round++) {
                    List<Long> workers = storm.processes().workers();
                    assertThat(workers).isNotEmpty();
                    for (long worker : workers) {
                        storm.processes().kill(worker);
                        Awaitility.await("the master makes a new worker")
                                .atMost(Duration.ofSeconds(10))
                                .pollInterval(Duration.ofMillis(10))
                                .until(() -> storm.processes().workers().size() == workers.size());
                    }
                }
            });
            storm.end();
        }
    }

    @Test
    void nginx_killed_with_all_its_workers_loses_no_order() {
        try (var storm = new Storm("nginx killed", "F-01")) {
            storm.begin(300)
                    .strike(() -> {
                        List<Long> orphans = storm.processes().workers();
                        storm.processes().kill("edge");
                        orphans.stream().filter(storm.processes()::alive).forEach(storm.processes()::kill);
                    })
                    .repair()
                    .end();
        }
    }

    @Test
    void a_reload_at_the_peak_refuses_nobody_and_a_broken_configuration_is_refused() throws IOException {
        try (var storm = new Storm("nginx reloaded twice, once with a broken configuration", "F-03")) {
            Path configuration = storm.sale().installation().home().resolve("nginx/nginx.conf");
            String good = Installation.read(configuration);
            List<Long> old = storm.processes().workers();
            storm.begin(300).strike(storm.processes()::reload);
            Awaitility.await("only new workers serve")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> storm.processes().workers().stream().noneMatch(old::contains));
            Instant renewed = Instant.now();
            Files.writeString(configuration, good + "\nno such directive;\n");
            List<Long> workers = storm.processes().workers();
            try {
                storm.processes().reload();
                Awaitility.await("nginx says that it keeps what it has")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> Installation.read(
                                        storm.sale().installation().home().resolve("logs/edge-error.log"))
                                .contains("unknown directive \"no\""));
                assertThat(storm.processes().workers()).containsAll(workers);
            } finally {
                Files.writeString(configuration, good);
            }
            Run run = storm.end();
            Storm.assertGateStayedOpen(run);
            // A worker that ends closes idle connections, and a request may be on its way there already: unread, and
            // sent
            // again. From nginx 1.27.4 on, keepalive_min_timeout can spare clients that.
            List<Attempt> lost = run.attempts().stream()
                    .filter(attempt -> attempt.outcome() instanceof Attempt.Outcome.Lost)
                    .toList();
            assertThat(lost)
                    .as("only connections of the old workers are closed")
                    .allMatch(attempt -> attempt.invokedAt().isBefore(renewed));
            assertThat(lost.stream().map(Attempt::userId))
                    .as("nobody meets two of them")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void clients_that_hang_up_at_any_moment_leave_no_hold_behind() {
        try (var storm = new Storm("300 clients hang up after 0 to 29 ms", "F-29")) {
            List<Buyer> leavers = storm.sale().buyers(300, 1);
            storm.begin(100).strike(() -> {
                for (int i = 0; i < leavers.size(); i++) {
                    storm.sale().shop().buyAndLeave(leavers.get(i), storm.sale().sku(), Duration.ofMillis(i % 30));
                }
            });
            storm.end();
        }
    }

    @Test
    void a_key_finds_its_order_after_sold_out_through_any_worker_and_after_every_restart() {
        try (var sale = new Sale("replay", Terms.of("REPLAY", 2).limit(1))) {
            var processes = new Processes(sale.installation());
            List<Buyer> buyers = sale.buyers(3, 1);
            Shop.Told won = sale.shop().win(buyers.get(0), sale.sku(), 1, "key");
            assertReplays(sale, buyers.get(0), won.id(), "while there is stock");

            sale.shop().win(buyers.get(1), sale.sku(), 1, "key");
            Shop.Told gone = sale.shop().outcome(buyers.get(2), sale.sku(), 1, "key");
            assertThat(gone.code()).as(gone.body()).isIn("ALL_RESERVED", "SOLD_OUT");
            assertReplays(sale, buyers.get(0), won.id(), "sold out, through any worker");

            List<Long> before = processes.workers();
            before.forEach(processes::kill);
            Awaitility.await("the master makes new workers")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> processes.workers().size() == before.size());
            assertThat(processes.workers()).doesNotContainAnyElementsOf(before);
            assertReplays(sale, buyers.get(0), won.id(), "after kill -9 of all workers");

            before.forEach(worker -> assertThat(processes.alive(worker)).isFalse());
            List<Long> orphans = processes.workers();
            processes.kill("edge");
            orphans.stream().filter(processes::alive).forEach(processes::kill);
            sale.operator().repair();
            assertReplays(sale, buyers.get(0), won.id(), "after kill -9 of the whole edge");
            Shop.Told other = sale.shop().outcome(buyers.get(2), sale.sku(), 1, "key");
            assertThat(other.code()).as(other.body()).isIn("ALL_RESERVED", "SOLD_OUT");

            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        }
    }

    /** The first requests after a restart may meet an edge that has yet to hear of the item; none may hear anything else. */
    private static void assertReplays(Sale sale, Buyer buyer, String orderId, String when) {
        String body = "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1,\"requestID\":\"key\"}"
                .formatted(buyer.session(), sale.sku());
        for (int i = 0; i < CONNECTIONS; i++) {
            RawHttp.Exchange[] exchange = new RawHttp.Exchange[1];
            Awaitility.await(when)
                    .atMost(Duration.ofSeconds(10))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptionsInstanceOf(java.io.UncheckedIOException.class)
                    .until(() -> {
                        exchange[0] = RawHttp.buy(sale.installation(), body);
                        return exchange[0].status() != 429 && exchange[0].status() != 503;
                    });
            assertThat(exchange[0].text()).as(when).contains("\"RESERVED\"").contains("\"" + orderId + "\"");
        }
    }
}
