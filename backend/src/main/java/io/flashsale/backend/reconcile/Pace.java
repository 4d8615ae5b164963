package io.flashsale.backend.reconcile;

/** Called between the steps of a comparison, so that one that nobody waits for leaves the machine to the sale. */
interface Pace {

    /** @param workedNanos how long the step took */
    void rest(long workedNanos) throws InterruptedException;
}
