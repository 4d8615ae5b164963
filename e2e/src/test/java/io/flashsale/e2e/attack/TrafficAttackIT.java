package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Forge;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.SecondEdge;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import io.flashsale.e2e.client.Twin;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * S-35 and what a bot does: who asks as no person can is refused on every edge within three seconds of the first request, hears until when,
 * and has had no effect; whoever is beside them buys.
 */
class TrafficAttackIT {

    private static final Duration FIRST_REQUEST_TO_REFUSAL = Duration.ofSeconds(3);

    /** Two edges behind a proxy that says who the client is. */
    private static final class Edges implements AutoCloseable {

        private final List<SecondEdge> edges = new ArrayList<>();

        private Edges(Sale sale) {
            Installation installation = sale.installation();
            var settings = Map.of("FLASHSALE_TRUSTED_PROXIES", "127.0.0.1", "FLASHSALE_RATE_EXEMPT", "none");
            for (int i = 0; i < 2; i++) {
                edges.add(new SecondEdge(installation, new Processes(installation), Twin.freePort(), settings));
            }
        }

        private Shop shop(int edge, Sale sale) {
            return edges.get(edge).shop(sale.history());
        }

        private URI buy(int edge) {
            return edges.get(edge).url("/buy");
        }

        @Override
        public void close() {
            edges.forEach(SecondEdge::close);
        }
    }

    private static Http.Answer send(URI url, String address, String body) {
        return Http.send("POST", url, body, "Content-Type", "application/json", "X-Forwarded-For", address);
    }

    private static String request(@Nullable String session, String sku) {
        return session == null
                ? "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sku)
                : "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(session, sku);
    }

    /** Attacks the first edge until both refuse, and says how long that took from the first request. */
    private static Duration untilRefused(Edges edges, Supplier<Http.Answer> attack, Supplier<Http.Answer> elsewhere) {
        long began = System.nanoTime();
        boolean here = false;
        while (System.nanoTime() - began < 2 * FIRST_REQUEST_TO_REFUSAL.toNanos()) {
            here |= refused(attack.get());
            if (here && refused(elsewhere.get())) {
                return Duration.ofNanos(System.nanoTime() - began);
            }
        }
        throw new AssertionError("not refused after " + FIRST_REQUEST_TO_REFUSAL.multipliedBy(2));
    }

    private static boolean refused(Http.Answer answer) {
        return "BLACKLISTED".equals(answer.text("code"));
    }

    private static void assertKeptOutForAWhile(Http.Answer answer, int most) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(403);
        assertThat(answer.header("Retry-After")).isNotNull();
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, most);
    }

    private static void assertNoEffect(Sale sale, String... buyers) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        assertThat(sale.stores().orders(sale.sku()))
                .extracting(order -> order.userId())
                .containsExactlyInAnyOrder(buyers);
    }

    /** What `./flashsale why` says, as soon as it is carried. */
    private static String why(Sale sale, @Nullable String trace) {
        String known = Objects.requireNonNull(trace);
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> sale.operator().flashsale("why", known), ended -> ended.exit() == 0)
                .output();
    }

    @Test
    void an_account_that_hammers_one_edge_from_many_addresses_is_refused_on_both() {
        try (var sale = new Sale("hammer", Terms.of("HAMMER", 50).limit(1));
                var edges = new Edges(sale)) {
            Buyer bot = sale.buyer();
            String won = sale.shop().win(bot, sale.sku(), 1, "before").body();
            int[] n = new int[1];
            Duration took = untilRefused(
                    edges,
                    () -> send(edges.buy(0), "198.51.100." + n[0]++ % 250, request(bot.session(), sale.sku())),
                    () -> send(edges.buy(1), "203.0.113.1", request(bot.session(), sale.sku())));
            System.out.println("an account that hammers was refused on both edges after " + took.toMillis() + " ms, "
                    + n[0] + " requests");
            assertThat(took).isLessThanOrEqualTo(FIRST_REQUEST_TO_REFUSAL);
            Http.Answer refused = send(edges.buy(1), "203.0.113.1", request(bot.session(), sale.sku()));
            assertKeptOutForAWhile(refused, 300);
            assertNoEffect(sale, bot.userId());
            assertThat(why(sale, refused.text("traceID")))
                    .contains(
                            "BLACKLISTED", bot.userId(), "203.0.113.1", "by rule:account-", "in 10 s, where more than");
            assertThat(why(sale, Http.JSON.readTree(won).get("traceID").asString()))
                    .contains("PENDING_PAYMENT", bot.userId(), "HELD", "held 1");
        }
    }

    /** Ten at once and five a second is what an edge lets one account try. Each edge counts for itself, which .env.example says. */
    @Test
    void of_two_edges_one_account_gets_no_more_tries_than_twice_one_edges() {
        try (var sale = new Sale("twice", Terms.of("TWICE", 50).limit(1));
                var edges = new Edges(sale)) {
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "before");
            long began = System.nanoTime();
            int through = 0;
            for (int i = 0; i < 60; i++) {
                String code = send(edges.buy(i % 2), "203.0.113.3", request(buyer.session(), sale.sku()))
                        .text("code");
                assertThat(code).isIn("LIMIT_REACHED", "THROTTLED");
                through += "LIMIT_REACHED".equals(code) ? 1 : 0;
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(through).isBetween(20, (int) Math.ceil(2 * (10 + 5 * seconds)));
            assertNoEffect(sale, buyer.userId());
        }
    }

    @Test
    void an_address_that_brings_forged_sessions_is_refused_on_both_and_its_neighbour_buys() {
        try (var sale = new Sale("forger", Terms.of("FORGER", 50).limit(1));
                var edges = new Edges(sale)) {
            Buyer neighbour = sale.buyer();
            var forge = new Forge(sale.installation());
            String session = forge.sign(forge.header(), forge.claims(neighbour.userId(), 1));
            String forged = session.substring(0, session.length() - 6) + "AAAAAA";
            Duration took = untilRefused(
                    edges,
                    () -> send(edges.buy(0), "203.0.113.7", request(forged, sale.sku())),
                    () -> send(edges.buy(1), "203.0.113.7", request(forged, sale.sku())));
            System.out.println("an address that brings forged sessions was refused on both edges after "
                    + took.toMillis() + " ms");
            assertThat(took).isLessThanOrEqualTo(FIRST_REQUEST_TO_REFUSAL);
            // whatever it brings, and also what the backend would answer
            assertKeptOutForAWhile(send(edges.buy(1), "203.0.113.7", request(neighbour.session(), sale.sku())), 300);
            assertThat(Http.send("GET", edges.buy(0).resolve("/api/session"), null, "X-Forwarded-For", "203.0.113.7")
                            .status())
                    .isEqualTo(403);
            try (Shop shop = edges.shop(0, sale)) {
                shop.win(neighbour, sale.sku(), 1, "neighbour"); // from 127.0.0.1
            }
            assertNoEffect(sale, neighbour.userId());
        }
    }

    @Test
    void a_host_of_ipv6_that_sends_malformed_requests_from_many_of_its_addresses_is_refused_by_its_network() {
        try (var sale = new Sale("malformed", Terms.of("MALFORMED", 50).limit(1));
                var edges = new Edges(sale)) {
            Buyer other = sale.buyer();
            sale.shop().win(other, sale.sku(), 1, "before");
            int[] n = new int[1];
            Duration took = untilRefused(
                    edges,
                    () -> {
                        send(edges.buy(0), "2001:db8:7:1::" + Integer.toHexString(++n[0]), "{");
                        return send(edges.buy(0), "2001:db8:7:1::1", request(null, sale.sku()));
                    },
                    () -> send(edges.buy(1), "2001:db8:7:1:ffff::1", request(null, sale.sku())));
            System.out.println("a host of IPv6 that sends malformed requests was refused on both edges after "
                    + took.toMillis() + " ms");
            assertThat(took).isLessThanOrEqualTo(FIRST_REQUEST_TO_REFUSAL);
            assertThat(refused(send(edges.buy(0), "2001:db8:7:2::1", request(null, sale.sku()))))
                    .isFalse();
            assertNoEffect(sale, other.userId());
        }
    }
}
