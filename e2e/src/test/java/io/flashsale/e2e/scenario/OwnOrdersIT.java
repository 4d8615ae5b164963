package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.OrderId;
import io.flashsale.e2e.checker.Reading;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A buyer sees its own orders, all of them, never backwards, and nobody else's. */
class OwnOrdersIT {

    @Test
    void anothers_order_is_as_unknown_as_one_that_never_was() {
        try (var sale = new Sale("others", Terms.of("OTHERS", 3))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            Shop.Told won = sale.shop().win(buyers.get(0), sale.sku(), 1, "k");
            awaitState(sale, buyers.get(0), won.id(), "PENDING_PAYMENT");

            String never = OrderId.of(
                            sale.stores().item(sale.sku()).id(), Instant.now().minusSeconds(60), 7)
                    .text();
            Http.Answer others = get(sale, buyers.get(1), won.id());
            Http.Answer unknown = get(sale, buyers.get(1), never);
            assertThat(others.status()).as("%s", others).isEqualTo(404);
            assertThat(unknown.status()).as("%s", unknown).isEqualTo(404);
            assertThat(others.text("code")).isEqualTo(unknown.text("code")).isEqualTo("UNKNOWN_ORDER");
            assertThat(Http.send("GET", sale.installation().url("EDGE", "/api/orders/" + won.id()), null)
                            .status())
                    .as("without a session")
                    .isEqualTo(401);
            Http.Answer cancelled = sale.shop().cancel(buyers.get(1), won.id());
            assertThat(cancelled.status())
                    .as("another's order cannot be cancelled: %s", cancelled)
                    .isEqualTo(404);
            assertThat(sale.shop().order(buyers.get(0), won.id()).state()).isEqualTo("PENDING_PAYMENT");
            assertGreen(sale);
        }
    }

    @Test
    void an_order_never_vanishes_and_never_goes_back() {
        try (var sale = new Sale("monotonic", Terms.of("MONO", 30))) {
            for (Buyer buyer : sale.buyers(15, 1)) {
                Shop.Told won = sale.shop().win(buyer, sale.sku(), 1, "k");
                awaitState(sale, buyer, won.id(), "PENDING_PAYMENT");
            }
            // every read is in the history; the checker looks for steps back (INV-27)
            assertGreen(sale);
        }
    }

    @Test
    void an_id_that_nobody_knows_is_pending_while_it_is_young_and_then_finally_nothing() {
        try (var sale = new Sale("young", Terms.of("YOUNG", 3))) {
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "k");
            String id = OrderId.of(sale.stores().item(sale.sku()).id(), Instant.now(), 9)
                    .text();
            assertThat(get(sale, buyer, id).text("state")).isEqualTo("PENDING");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(6))
                    .until(() -> get(sale, buyer, id).status() == 404);
            assertGreen(sale);
        }
    }

    private static Http.Answer get(Sale sale, Buyer buyer, String id) {
        return Http.send(
                "GET",
                sale.installation().url("EDGE", "/api/orders/" + id),
                null,
                "Authorization",
                "Bearer " + buyer.session());
    }

    private static void awaitState(Sale sale, Buyer buyer, String id, String state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    Reading reading = sale.shop().order(buyer, id);
                    return state.equals(reading.state());
                });
    }

    private static void assertGreen(Sale sale) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
    }
}
