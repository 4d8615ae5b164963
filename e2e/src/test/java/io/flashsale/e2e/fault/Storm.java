package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A sale of more wishes than units, with something that strikes in its middle. Buyers repeat with their keys until they know, and one
 * winner in five pays, in one of the ways that go wrong at first; afterwards everything is repaired, has settled, and is judged.
 */
final class Storm implements AutoCloseable {

    private static final int STOCK = 1200;
    private static final int BUYERS = 2200;
    private static final int CONCURRENCY = 48;
    /** Longer than any part needs to start on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final Sale sale;
    private final Processes processes;
    private final Crowd crowd;
    private final Payers payers;
    private final List<Basket> baskets;
    private final List<Buyer> witnesses;

    Storm(String name) {
        this.sale = new Sale(
                name, Terms.of(name.toUpperCase(java.util.Locale.ROOT), STOCK).limit(1));
        this.processes = new Processes(sale.installation());
        List<Buyer> buyers = sale.buyers(BUYERS, 1);
        // set apart for what a test wants to do by itself
        this.witnesses = buyers.subList(0, 50);
        this.baskets = new ArrayList<>();
        for (Buyer buyer : buyers.subList(50, BUYERS)) {
            String key = baskets.size() % 40 == 0 ? null : "once";
            baskets.add(new Basket(buyer, sale.sku(), 1, key));
        }
        Collections.shuffle(baskets, new Random(7));
        this.payers = new Payers(sale.shop(), PATIENCE);
        this.crowd = new Crowd(sale.shop(), CONCURRENCY, PATIENCE, payers::heard);
    }

    Sale sale() {
        return sale;
    }

    Processes processes() {
        return processes;
    }

    Buyer witness(int number) {
        return witnesses.get(number);
    }

    /** Begins the sale; returns when so many buyers have had their answer. */
    CompletableFuture<List<Shop.Told>> begin(int answered) {
        CompletableFuture<List<Shop.Told>> answers = crowd.start(baskets);
        Awaitility.await("the sale is under way")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> crowd.done() >= answered);
        return answers;
    }

    /** Waits for the last buyer, and judges. All units must have found a buyer. */
    Run end(CompletableFuture<List<Shop.Told>> answers) {
        List<Shop.Told> told;
        try {
            told = answers.get(PATIENCE.toSeconds() + 30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("buyers were left without an answer; " + crowd.done() + " have one", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        payers.await(PATIENCE);
        Run run = sale.settle();
        Verdict verdict = Checker.check(run);
        assertThat(verdict.status()).as("%s\n%s", verdict, Crowd.codes(told)).isEqualTo(Verdict.Status.GREEN);
        var item = run.dump().items().get(0);
        assertThat(item.held() + item.sold()).as("%s", Crowd.codes(told)).isEqualTo(STOCK);
        assertThat(item.sold()).as("units that were paid for").isEqualTo(payers.decided());
        return run;
    }

    /** Waits until so many orders are rows. */
    void awaitRows(int count) {
        Awaitility.await(count + " orders are rows")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    var item = sale.stores().item(sale.sku());
                    return item.held() + item.sold() >= count;
                });
    }

    @Override
    public void close() {
        sale.close();
    }
}
