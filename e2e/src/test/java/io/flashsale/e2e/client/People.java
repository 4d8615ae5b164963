package io.flashsale.e2e.client;

import io.flashsale.e2e.client.Crowd.Basket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Some of those who win, and what they do with their orders afterwards. */
abstract class People {

    private final int every;
    private final int first;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final AtomicInteger winners = new AtomicInteger();
    private final Duration patience;
    /** Each has the whole patience when his turn comes, however long the sale took until then. */
    private final ThreadLocal<Long> giveUpNanos = new ThreadLocal<>();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Winner number {@code first}, and each {@code every}-th after it. */
    People(int first, int every, Duration patience) {
        this.first = first;
        this.every = every;
        this.patience = patience;
    }

    /** @param number 0, 1, 2 … of those who do something */
    abstract void act(Buyer buyer, String order, int number);

    final boolean patient() {
        return System.nanoTime() < giveUpNanos.get();
    }

    public final void heard(Basket basket, Shop.Told told) {
        if (!told.reserved()) {
            return;
        }
        int winner = winners.incrementAndGet();
        if (winner % every == first) {
            threads.execute(() -> {
                giveUpNanos.set(System.nanoTime() + patience.toNanos());
                try {
                    act(basket.buyer(), told.id(), winner / every);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            });
        }
    }

    /** Waits for the last of them; fails if one of them could not do what he wanted. */
    public final void await(Duration most) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(most.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(getClass().getSimpleName() + " have not finished");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (failure.get() != null) {
            throw new AssertionError(getClass().getSimpleName() + " could not do what they wanted", failure.get());
        }
    }
}
