package io.flashsale.bench;

import java.util.concurrent.locks.LockSupport;

/** The passing of a measurement's time. */
final class Clock {

    /** Lets so many seconds pass; returns how many it really were. */
    static double pass(double seconds) {
        Noise noise = Noise.begin();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        for (long left = end - start; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        double took = (System.nanoTime() - start) / 1e9;
        noise.end();
        return took;
    }

    private Clock() {}
}
