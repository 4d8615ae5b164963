package io.flashsale.e2e.scenario;

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
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a buy asks of the stores, by their own counts and not by time. What goes on by itself (beats, the edge's look at Redis each 100 ms, sweeps)
 * is measured before and taken off.
 */
class CostIT {

    private static final int BUYS = 200;
    private static final int REFUSALS = 3000;
    private static final Duration IDLE = Duration.ofSeconds(5);

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
    void a_buy_alone() {
        Map<Kind, Double> each = buy(Terms.of("COST-ALONE", BUYS), 1);
        System.err.println("ALONE " + each);
    }

    @Test
    void crowd() {
        Map<Kind, Double> each = buy(Terms.of("COST-CROWD", 2000), 128);
        System.err.println("CROWD " + each);
    }

    @Test
    void refusals() {
        Terms terms = Terms.of("COST-GONE", 1);
        operator.publish(terms);
        String prefix = terms.sku().toLowerCase(java.util.Locale.ROOT);
        List<Buyer> buyers = operator.buyers(REFUSALS + 1, 1, prefix + "-");
        assertThat(shop.buyNow(buyers.get(0), terms.sku(), 1, "k").reserved()).isTrue();
        Awaitility.await("the edge knows that nothing is left").until(() -> "ALL_RESERVED"
                .equals(shop.buyNow(buyers.get(1), terms.sku(), 1, "k").code()));
        Map<Kind, Double> idle = meters.idle(IDLE);
        Meters.Reading before = meters.read();
        var answers = new Crowd(shop, 32, Duration.ZERO)
                .run(buyers.subList(1, buyers.size()).stream()
                        .map(b -> new Basket(b, terms.sku(), 1, "k"))
                        .toList());
        Meters.Reading after = meters.read();
        System.err.println("REFUSALS " + Crowd.codes(answers) + " idle " + idle + " each "
                + after.each(REFUSALS, before, idle) + " in s " + (after.nanos() - before.nanos()) / 1e9);
    }

    private Map<Kind, Double> buy(Terms terms, int concurrency) {
        operator.publish(terms);
        String prefix = terms.sku().toLowerCase(java.util.Locale.ROOT);
        List<Buyer> buyers = operator.buyers(terms.stock(), 1, prefix + "-");
        Map<Kind, Double> idle = meters.idle(IDLE);
        Meters.Reading before = meters.read();
        var answers = new Crowd(shop, concurrency, Duration.ZERO)
                .run(buyers.stream()
                        .map(b -> new Basket(b, terms.sku(), 1, "k"))
                        .toList());
        assertThat(Crowd.codes(answers)).containsExactly(Map.entry("RESERVED", (long) terms.stock()));
        Awaitility.await("all are rows")
                .atMost(Duration.ofSeconds(20))
                .until(() -> stores.item(terms.sku()).held() == terms.stock());
        Meters.Reading after = meters.read();
        System.err.println("idle " + idle + " in s " + (after.nanos() - before.nanos()) / 1e9);
        return after.each(terms.stock(), before, idle);
    }
}
