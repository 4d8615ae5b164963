package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.OrderId;
import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Sale;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The backend dies at each point between a reservation and its answer, hangs, or is replaced in the open. */
@FaultTest
class BackendFaultIT {

    @Test
    void killed_in_mid_sale_it_loses_nothing() {
        try (var storm = new Storm("backend killed", "F-13")) {
            storm.begin(300)
                    .strike(() -> storm.processes().kill("backend"))
                    .repair()
                    .end();
        }
    }

    @Test
    void frozen_for_longer_than_its_lease_it_wakes_and_sells_on() {
        try (var storm = new Storm("backend frozen for 8 s", "F-13")) {
            storm.begin(300)
                    .strike(() -> storm.processes().freeze("backend"))
                    .lasting(Duration.ofSeconds(8))
                    .heal(() -> storm.processes().thaw("backend"))
                    .end();
        }
    }

    @Test
    void backend_and_consumer_restarted_in_turn_as_by_an_upgrade_lose_nothing() {
        try (var storm = new Storm("backend, then consumer restarted", "F-33")) {
            storm.begin(300).strike(() -> storm.processes().end("backend"));
            storm.sale().operator().repair();
            storm.processes().end("consumer");
            storm.repair().end();
        }
    }

    @Test
    void what_an_edge_left_undecided_or_unsent_is_finished_by_the_relay() {
        try (var storm = new Storm("edge died undecided or unsent", "F-13 i, ii")) {
            Sale sale = storm.sale();
            List<String> left = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                left.add(reserve(sale, storm.witness(i), i % 2 == 0));
            }
            Awaitility.await("the relay makes orders of all of them")
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> sale.stores().orders(sale.sku()).stream()
                                    .map(Dump.Order::id)
                                    .filter(left::contains)
                                    .count()
                            == left.size());
            storm.begin(0).end();
        }
    }

    @Test
    void killed_between_reservation_and_decision_and_between_decision_and_send() {
        try (var storm = new Storm("backend killed before and after decide", "F-13 i, ii")) {
            Sale sale = storm.sale();
            // nobody renews the lease now, so the rest happens within its last seconds
            storm.begin(200).strike(() -> storm.processes().freeze("backend"));
            List<String> undecided = new ArrayList<>();
            List<String> unsent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                boolean decide = i % 2 == 0;
                String id = reserve(sale, storm.witness(i), decide);
                (decide ? unsent : undecided).add(id);
            }
            storm.processes().kill("backend");
            // each ends as an order or as nothing, in both stores alike: INV-04, INV-08
            storm.repair().end();
        }
    }

    @Test
    void killed_while_the_broker_is_frozen_so_that_decided_orders_are_not_sent() {
        try (var storm = new Storm("broker frozen, backend killed", "F-13 ii, F-15")) {
            storm.begin(200).strike(() -> storm.processes().freeze("broker"));
            try {
                StockKeys keys = keys(storm.sale());
                Awaitility.await("orders pile up between decision and queue")
                        .atMost(Duration.ofSeconds(10))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> storm.sale().stores().redis().zcard(keys.pending()) >= 5);
                storm.processes().kill("backend");
            } finally {
                storm.processes().thaw("broker");
            }
            storm.repair().end();
        }
    }

    /** Plays an edge, and perhaps a backend, that dies after its call: with the operator's credentials, as the history says. */
    private static String reserve(Sale sale, Buyer buyer, boolean decide) {
        Dump.Item item = sale.stores().item(sale.sku());
        StockKeys keys = keys(sale);
        String id = OrderId.of(
                        item.id(), Instant.now(), ThreadLocalRandom.current().nextInt(1 << 22))
                .text();
        long number = sale.history().invoke(buyer.userId(), buyer.level(), sale.sku(), 1, "left");
        List<String> reply = sale.stores()
                .redis()
                .fcall(
                        "reserve",
                        ScriptOutputType.MULTI,
                        keys.all().toArray(String[]::new),
                        Long.toString(item.id()),
                        Long.toString(item.epoch()),
                        id,
                        Long.toString(System.currentTimeMillis() + 2000),
                        buyer.userId(),
                        Integer.toString(buyer.level()),
                        "1",
                        "left",
                        "trace");
        sale.history().unknown(number, id);
        assertThat(reply.get(0)).isEqualTo("TAKEN");
        if (decide) {
            List<Object> verdict = sale.stores()
                    .redis()
                    .fcall(
                            "decide",
                            ScriptOutputType.MULTI,
                            new String[] {keys.item(), keys.buyers(), keys.reservations(), keys.pending()},
                            Long.toString(item.id()),
                            Long.toString(item.epoch()),
                            id,
                            "SEND");
            assertThat(verdict.get(6)).isEqualTo("SEND");
        }
        return id;
    }

    private static StockKeys keys(Sale sale) {
        Dump.Item item = sale.stores().item(sale.sku());
        return new StockKeys(item.sku(), item.id(), item.epoch());
    }
}
