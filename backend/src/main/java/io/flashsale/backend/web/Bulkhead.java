package io.flashsale.backend.web;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds how many callers use something slow at once, so that buyers' questions never take the last thread or connection
 * from the orders. Who waits longer than the patience is told {@code BUSY}.
 */
public final class Bulkhead {

    private final Semaphore places;
    private final Duration patience;
    private final String service;

    public Bulkhead(int places, Duration patience, String service) {
        this.places = new Semaphore(places);
        this.patience = patience;
        this.service = service;
    }

    public <T> T call(Supplier<T> work) {
        try {
            if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw Refusal.busy(service);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.busy(service);
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
