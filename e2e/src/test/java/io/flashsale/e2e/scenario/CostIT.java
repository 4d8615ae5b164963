package io.flashsale.e2e.scenario;

import static io.flashsale.e2e.client.Meters.Kind.COMMITS;
import static io.flashsale.e2e.client.Meters.Kind.INSERTS;
import static io.flashsale.e2e.client.Meters.Kind.MESSAGES;
import static io.flashsale.e2e.client.Meters.Kind.REDIS_CALLS;
import static io.flashsale.e2e.client.Meters.Kind.REDIS_COMMANDS;
import static io.flashsale.e2e.client.Meters.Kind.REDIS_ROUND_TRIPS;
import static io.flashsale.e2e.client.Meters.Kind.SELECTS;
import static io.flashsale.e2e.client.Meters.Kind.SENDS;
import static io.flashsale.e2e.client.Meters.Kind.STATEMENTS;
import static io.flashsale.e2e.client.Meters.Kind.UPDATES;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.History;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Meters;
import io.flashsale.e2e.client.Meters.Kind;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Stores;
import io.flashsale.e2e.client.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a buy asks of Redis, MySQL and the broker, by their own counts and not by time. What goes on by itself (beats, the edge's look at
 * Redis each 100 ms, sweeps) is measured before and taken off, and the bounds leave it some room; the reconciliation, which reads everything
 * once a minute, gets another try.
 */
class CostIT {

    private static final Duration IDLE = Duration.ofSeconds(5);
    /** Some ten seconds each, on a slow machine forty. */
    private static final Duration TRIES = Duration.ofMinutes(3);

    private static final int ALONE = 200;
    private static final int CROWD = 2000;
    private static final int AT_ONCE = 128;
    private static final int REFUSALS = 3000;

    /** Three calls, one send and one transaction, of which the consumer makes fewer where orders come close together. */
    private static final Map<Kind, Double> MOST_ALONE = Map.of(
            REDIS_ROUND_TRIPS, 3.3, // reserve, decide, acknowledge
            REDIS_CALLS, 3.05, // the same; the lease is renewed once a second besides
            REDIS_COMMANDS, 20.0, // 15.7 inside the three were seen
            SENDS, 1.0,
            SELECTS, 5.3, // the account; and for the batch its items, rows, parked messages and fences
            INSERTS, 2.1, // the order, its ledger line
            UPDATES, 1.1, // the item's counters
            COMMITS, 1.1,
            STATEMENTS, 9.5); // these and no others

    /** All but `reserve` is shared: of 128 buyers at once some 20 were seen to share a send, and 30 a transaction. */
    private static final Map<Kind, Double> MOST_IN_A_CROWD = Map.of(
            REDIS_ROUND_TRIPS, 0.6,
            REDIS_CALLS, 1.3,
            REDIS_COMMANDS, 16.0, // 12.2 inside `reserve` and its shares of the others were seen
            SENDS, 0.15,
            SELECTS, 0.5,
            INSERTS, 0.2,
            UPDATES, 0.1,
            COMMITS, 0.1,
            STATEMENTS, 0.9);

    /** Of none of them: one for each twenty requests is less than any path that asks would need. */
    private static final double NONE = 0.05;

    private final Installation installation = Installation.fromEnvironment();
    private final Operator operator = new Operator(installation);
    private final Stores stores = new Stores(installation);
    private final Meters meters = new Meters(installation, stores);
    private final History history = new History(Path.of("target", "histories", "cost-" + System.nanoTime() + ".jsonl"));
    private final Shop shop = new Shop(installation, history);

    @AfterEach
    void close() {
        shop.close();
        history.close();
        meters.close();
        stores.close();
    }

    @Test
    void a_buyer_alone_costs_three_calls_of_redis_one_send_and_one_transaction() {
        inOneTry(() -> assertAtMost(MOST_ALONE, costOfBuying(Terms.of("COST-ALONE", ALONE), 1)));
    }

    @Test
    void buyers_in_a_crowd_share_all_but_the_call_that_takes_their_units() {
        inOneTry(() -> assertAtMost(MOST_IN_A_CROWD, costOfBuying(Terms.of("COST-CROWD", CROWD), AT_ONCE)));
    }

    @Test
    void a_refusal_when_nothing_is_left_costs_redis_mysql_and_the_broker_nothing() {
        Terms terms = Terms.of("COST-GONE", 1);
        List<Buyer> buyers = publish(terms, REFUSALS + 1);
        List<Buyer> late = buyers.subList(1, buyers.size());
        shop.win(buyers.get(0), terms.sku(), 1, "k");
        Awaitility.await("the edge knows that nothing is left").until(() -> "ALL_RESERVED"
                .equals(shop.buyNow(late.get(0), terms.sku(), 1, "first").code()));

        inOneTry(() -> {
            Map<Kind, Double> idle = meters.idle(IDLE);
            Meters.Reading before = meters.read();
            assertThat(buy(late, terms.sku(), 32)).containsOnlyKeys("ALL_RESERVED");
            Map<Kind, Double> each = meters.read().each(REFUSALS, before, idle);
            var softly = new SoftAssertions();
            each.forEach((kind, cost) ->
                    softly.assertThat(cost).as("%s for a refusal", kind).isLessThan(NONE));
            softly.assertAll();
        });
    }

    private static void inOneTry(ThrowingRunnable measured) {
        Awaitility.await()
                .atMost(TRIES)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .untilAsserted(measured);
    }

    /** For each of the terms' units, bought by a buyer of its own. */
    private Map<Kind, Double> costOfBuying(Terms terms, int atOnce) {
        List<Buyer> buyers = publish(terms, terms.stock());
        Map<Kind, Double> idle = meters.idle(IDLE);
        Meters.Reading before = meters.read();
        assertThat(buy(buyers, terms.sku(), atOnce)).containsExactly(Map.entry("RESERVED", (long) terms.stock()));
        Awaitility.await("all are rows")
                .atMost(Duration.ofSeconds(20))
                .until(() -> stores.item(terms.sku()).held() == terms.stock());
        return meters.read().each(terms.stock(), before, idle);
    }

    private List<Buyer> publish(Terms terms, int buyers) {
        operator.publish(terms);
        return operator.buyers(buyers, 1, terms.sku().toLowerCase(Locale.ROOT) + "-");
    }

    /** How many of the answers bore each code. */
    private Map<String, Long> buy(List<Buyer> buyers, String sku, int atOnce) {
        return Crowd.codes(new Crowd(shop, atOnce, Duration.ZERO)
                .run(buyers.stream().map(b -> new Basket(b, sku, 1, "k")).toList()));
    }

    private static void assertAtMost(Map<Kind, Double> most, Map<Kind, Double> each) {
        var softly = new SoftAssertions();
        softly.assertThat(each.get(MESSAGES)).as("messages for a buy: %s", each).isEqualTo(1);
        most.forEach((kind, bound) -> softly.assertThat(each.get(kind))
                .as("%s for a buy: %s", kind, each)
                .isPositive()
                .isLessThanOrEqualTo(bound));
        softly.assertAll();
    }
}
