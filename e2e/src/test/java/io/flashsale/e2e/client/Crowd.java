package io.flashsale.e2e.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Many buyers at once, within a bound. One who learns nothing final repeats the request with the same key, the later the more
 * often he did, as the storefront does; one without a key only where nothing happened, since it might be another order.
 */
public final class Crowd {

    /** One wish of one buyer. */
    public record Basket(Buyer buyer, String sku, int quantity, @Nullable String requestId) {}

    /** Before a buyer's first repetition, at most; each further one may take twice as long as the one before. */
    private static final long FIRST_PAUSE_MS = 500;

    private static final long LONGEST_PAUSE_MS = 4000;

    private final Shop shop;
    private final Semaphore places;
    private final Duration patience;
    private final long betweenNanos;
    private final BiConsumer<Basket, Shop.Told> heard;
    private final AtomicInteger done = new AtomicInteger();

    /** @param patience how long a buyer goes on repeating; zero: never */
    public Crowd(Shop shop, int concurrency, Duration patience) {
        this(shop, concurrency, patience, Duration.ZERO, (basket, told) -> {});
    }

    /**
     * @param between from one buyer's arrival to the next one's, whatever became of the first; zero: as soon as there is a place
     * @param heard of each basket its last answer, as it comes
     */
    public Crowd(Shop shop, int concurrency, Duration patience, Duration between, BiConsumer<Basket, Shop.Told> heard) {
        this.shop = shop;
        this.places = new Semaphore(concurrency);
        this.patience = patience;
        this.betweenNanos = between.toNanos();
        this.heard = heard;
    }

    /** Baskets that have their last answer. */
    public int done() {
        return done.get();
    }

    /** Sends all baskets in order, as fast as the bound and the pace allow; completes with each one's last answer. */
    public CompletableFuture<List<Shop.Told>> start(List<Basket> baskets) {
        List<CompletableFuture<Shop.Told>> answers = baskets.stream()
                .map(basket -> new CompletableFuture<Shop.Told>())
                .toList();
        var feeder = new Thread(() -> {
            long began = System.nanoTime();
            for (int i = 0; i < baskets.size(); i++) {
                LockSupport.parkNanos(began + i * betweenNanos - System.nanoTime());
                places.acquireUninterruptibly();
                CompletableFuture<Shop.Told> answer = answers.get(i);
                Basket basket = baskets.get(i);
                attempt(basket, FIRST_PAUSE_MS, System.nanoTime() + patience.toNanos())
                        .whenComplete((told, failure) -> {
                            places.release();
                            done.incrementAndGet();
                            if (failure != null) {
                                answer.completeExceptionally(failure);
                            } else {
                                heard.accept(basket, told);
                                answer.complete(told);
                            }
                        });
            }
        });
        feeder.setDaemon(true);
        feeder.start();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
    }

    public List<Shop.Told> run(List<Basket> baskets) {
        return start(baskets).join();
    }

    private CompletableFuture<Shop.Told> attempt(Basket basket, long pauseMs, long giveUpNanos) {
        return shop.buy(basket.buyer(), basket.sku(), basket.quantity(), basket.requestId())
                .thenCompose(told -> {
                    boolean again = told.notNow() || (told.unknown() && basket.requestId() != null);
                    if (!again || System.nanoTime() >= giveUpNanos) {
                        return CompletableFuture.completedFuture(told);
                    }
                    Executor later = CompletableFuture.delayedExecutor(
                            pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs / 2), TimeUnit.MILLISECONDS);
                    long longer = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
                    return CompletableFuture.supplyAsync(() -> attempt(basket, longer, giveUpNanos), later)
                            .thenCompose(next -> next);
                });
    }

    /** How many answers bore each code; what had none counts as NONE. */
    public static Map<String, Long> codes(List<Shop.Told> answers) {
        return answers.stream()
                .collect(Collectors.groupingBy(
                        told -> told.code() == null ? "NONE" : told.code(), TreeMap::new, Collectors.counting()));
    }
}
