package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.RawHttp;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** nginx dies: one worker, all workers, the whole of it. */
class EdgeFaultIT {

    /** Connections of their own, so that each worker gets some: the kernel spreads them. */
    private static final int CONNECTIONS = 24;

    @Test
    void workers_killed_in_mid_burst_lose_no_order_and_are_there_again() {
        try (var storm = new Storm("workers")) {
            var answers = storm.begin(200);
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
            storm.end(answers);
        }
    }

    @Test
    void a_key_finds_its_order_after_sold_out_through_any_worker_and_after_every_restart() {
        try (var sale = new Sale("replay", Terms.of("REPLAY", 2).limit(1))) {
            var processes = new Processes(sale.installation());
            List<Buyer> buyers = sale.buyers(3, 1);
            Shop.Told won = sale.shop().buyNow(buyers.get(0), sale.sku(), 1, "key");
            assertThat(won.reserved()).as(won.body()).isTrue();
            assertReplays(sale, buyers.get(0), won.id(), "while there is stock");

            assertThat(sale.shop().buyNow(buyers.get(1), sale.sku(), 1, "key").reserved())
                    .isTrue();
            Shop.Told gone = sale.shop().buyNow(buyers.get(2), sale.sku(), 1, "key");
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
            Shop.Told other = sale.shop().buyNow(buyers.get(2), sale.sku(), 1, "key");
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
