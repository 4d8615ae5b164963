package io.flashsale.e2e.client;

import io.flashsale.e2e.client.Crowd.Basket;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Some of those who win, paying as people and providers do: at once, with the event said three times behind a failure, declined first,
 * or with a wrong amount first. Whoever meets a part that is away tries again.
 */
public final class Payers {

    private static final int EVERY = 5;
    private static final long PAUSE_NANOS = 200_000_000;

    private final Shop shop;
    private final long giveUpNanos;
    private final ExecutorService people = Executors.newFixedThreadPool(4);
    private final AtomicInteger winners = new AtomicInteger();
    private final AtomicInteger decided = new AtomicInteger();

    public Payers(Shop shop, Duration patience) {
        this.shop = shop;
        this.giveUpNanos = System.nanoTime() + patience.toNanos();
    }

    public void heard(Basket basket, Shop.Told told) {
        int number = winners.get();
        if (told.reserved() && (number = winners.incrementAndGet()) % EVERY == 0) {
            int habit = number / EVERY % 4;
            people.execute(() -> pay(basket.buyer(), told.id(), habit));
        }
    }

    /** How many told the provider to pay the whole price. */
    public int decided() {
        return decided.get();
    }

    /** Waits for the last of them. */
    public void await(Duration most) {
        people.shutdown();
        try {
            if (!people.awaitTermination(most.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("people are still trying to pay; " + decided + " have");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void pay(Buyer buyer, String order, int habit) {
        switch (habit) {
            case 1 -> decide(buyer, order, "decision=pay&copies=3&failedFirst=true", "");
            case 2 -> {
                String declined = decide(buyer, order, "decision=decline", "");
                decide(buyer, order, "decision=pay", declined);
            }
            case 3 -> {
                String wrong = decide(buyer, order, "decision=pay&amountMinor=1", "");
                decide(buyer, order, "decision=pay", wrong);
            }
            default -> decide(buyer, order, "decision=pay", "");
        }
        decided.incrementAndGet();
    }

    /**
     * Until a payment is decided that is another than {@code before}, of which the shop may not have heard yet.
     *
     * @return its id
     */
    private String decide(Buyer buyer, String order, String form, String before) {
        String last = "";
        while (System.nanoTime() < giveUpNanos) {
            try {
                Http.Answer where = shop.pay(buyer, order);
                last = where.toString();
                String payment = where.text("paymentID");
                if (where.status() == 200 && payment != null && !payment.equals(before)) {
                    new Provider(where).decide(form);
                    return payment;
                }
            } catch (UncheckedIOException | AssertionError away) {
                last = away.toString();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError(order + " could not be paid in time: " + last);
    }
}
