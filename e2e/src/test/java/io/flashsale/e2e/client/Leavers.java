package io.flashsale.e2e.client;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One winner in fifteen, who takes the order out of the cart again; asks again until it is answered. */
public final class Leavers extends People {

    private static final int EVERY = 15;
    private static final long PAUSE_NANOS = 200_000_000;

    private final Shop shop;

    public Leavers(Shop shop, Duration patience) {
        super(7, EVERY, patience);
        this.shop = shop;
    }

    @Override
    void act(Buyer buyer, String order, int number) {
        while (patient()) {
            try {
                int status = shop.cancelOnce(buyer, order).status();
                if (status != 503 && status != 429) {
                    return;
                }
            } catch (UncheckedIOException away) {
                // asked again below
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError(order + " could not be cancelled in time");
    }
}
