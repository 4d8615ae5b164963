package io.flashsale.backend.stock;

/**
 * What an epoch that ends still owes the queue. Called in the rebuild, after nothing can change the epoch's keys any more and
 * before MySQL begins the next one.
 */
public interface EpochEnd {

    /**
     * @param exact this Redis process was granted the epoch, so its keys are what buyers were told by; otherwise they may be an
     *     older copy
     * @param alive to be called between two things that take time
     * @return whether the queue has all of it; if not, the epoch must not end yet
     */
    boolean settle(Item item, boolean exact, Runnable alive);
}
