package io.flashsale.e2e.upgrade;

import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buyers of one unit each who come at a steady pace for as long as it takes; each repeats with his key until he knows. While many wait for a
 * part to come back nobody joins them, so that it has the processor to start.
 */
final class Arrivals implements AutoCloseable {

    static final int A_SECOND = 12;
    private static final int MOST_WAITING = 120;
    private static final Duration BETWEEN = Duration.ofSeconds(1).dividedBy(A_SECOND);

    private final Sale sale;
    private final Payers payers;
    private final Duration patience;
    private final List<Buyer> buyers;
    private final List<CompletableFuture<List<Shop.Told>>> waves = new ArrayList<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private int next;

    /** @param seconds the longest that they can go on */
    Arrivals(Sale sale, Payers payers, Duration patience, int seconds) {
        this.sale = sale;
        this.payers = payers;
        this.patience = patience;
        this.buyers = sale.buyers(seconds * A_SECOND, 1);
    }

    void begin() {
        clock.scheduleAtFixedRate(this::wave, 0, 1, TimeUnit.SECONDS);
    }

    private synchronized void wave() {
        if (next == buyers.size() || waiting.get() > MOST_WAITING) {
            return;
        }
        List<Basket> baskets = buyers.subList(next, next + A_SECOND).stream()
                .map(buyer -> new Basket(buyer, sale.sku(), 1, "once"))
                .toList();
        next += A_SECOND;
        waiting.addAndGet(A_SECOND);
        var crowd = new Crowd(sale.shop(), A_SECOND, patience, BETWEEN, this::heard);
        waves.add(crowd.start(baskets));
    }

    private void heard(Basket basket, Shop.Told told) {
        waiting.decrementAndGet();
        payers.heard(basket, told);
    }

    /** Nobody comes any more; waits for the last answers, and tells all. */
    List<Shop.Told> end() {
        clock.shutdown();
        List<CompletableFuture<List<Shop.Told>>> all;
        synchronized (this) {
            if (next == buyers.size()) {
                throw new AssertionError("there were not enough buyers for all of the upgrade");
            }
            all = List.copyOf(waves);
        }
        return all.stream()
                .map(wave -> wave.orTimeout(patience.toSeconds() + 30, TimeUnit.SECONDS)
                        .join())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
