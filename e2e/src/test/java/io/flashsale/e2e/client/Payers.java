package io.flashsale.e2e.client;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Some of those who win, paying as people and providers do: at once, with the event said three times behind a failure, declined first,
 * or with a wrong amount first. Whoever meets a part that is away tries again; whose hold has run out gives up.
 */
public final class Payers extends People {

    private static final int EVERY = 10;
    private static final long PAUSE_NANOS = 200_000_000;

    private final Shop shop;
    private final AtomicInteger decided = new AtomicInteger();

    public Payers(Shop shop, Duration patience) {
        super(0, EVERY, patience);
        this.shop = shop;
    }

    /** How many told the provider to pay the whole price. */
    public int decided() {
        return decided.get();
    }

    @Override
    void act(Buyer buyer, String order, int number) {
        switch (number % 4) {
            case 1 -> finallyDecide(buyer, order, "decision=pay&copies=3&failedFirst=true", "");
            case 2 -> afterwards(buyer, order, "decision=decline");
            case 3 -> afterwards(buyer, order, "decision=pay&amountMinor=1");
            default -> finallyDecide(buyer, order, "decision=pay", "");
        }
    }

    private void afterwards(Buyer buyer, String order, String first) {
        String before = decide(buyer, order, first, "");
        if (before != null) {
            finallyDecide(buyer, order, "decision=pay", before);
        }
    }

    private void finallyDecide(Buyer buyer, String order, String form, String before) {
        if (decide(buyer, order, form, before) != null) {
            decided.incrementAndGet();
        }
    }

    /**
     * Until a payment is decided that is another than {@code before}, of which the shop may not have heard yet.
     *
     * @return its id; null if the order can no longer be paid
     */
    private @Nullable String decide(Buyer buyer, String order, String form, String before) {
        String last = "";
        String told = null; // the provider was told to, and may have been without saying so
        while (patient()) {
            try {
                Http.Answer where = shop.payOnce(buyer, order);
                last = where.toString();
                String payment = where.text("paymentID");
                if (where.status() == 200 && payment != null && !payment.equals(before)) {
                    told = payment;
                    new Provider(where).decide(form);
                    return payment;
                }
                if ("NOT_PAYABLE".equals(where.text("code"))) {
                    return "PAID".equals(where.text("state")) ? told : null;
                }
            } catch (UncheckedIOException | AssertionError away) {
                last = away.toString();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError(order + " could not be paid in time: " + last);
    }
}
