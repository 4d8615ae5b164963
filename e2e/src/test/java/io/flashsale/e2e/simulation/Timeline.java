package io.flashsale.e2e.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** Runs steps in order of simulated time; the same seed gives the same run. */
final class Timeline {

    private record Step(long atMs, long number, Runnable work) {}

    private final PriorityQueue<Step> steps =
            new PriorityQueue<>(Comparator.comparingLong(Step::atMs).thenComparingLong(Step::number));
    private final Random random;
    private long nowMs;
    private long scheduled;

    Timeline(Random random) {
        this.random = random;
    }

    long nowMs() {
        return nowMs;
    }

    void at(long ms, Runnable work) {
        steps.add(new Step(Math.max(ms, nowMs), scheduled++, work));
    }

    /** A hop over the wire or to a disk: sometimes slow, so that steps of different buyers interleave. */
    void soon(Runnable work) {
        long ms = random.nextInt(20) == 0 ? 50 + random.nextInt(200) : 1 + random.nextInt(10);
        at(nowMs + ms, work);
    }

    void every(long periodMs, long untilMs, Runnable work) {
        at(nowMs + periodMs, () -> {
            work.run();
            if (nowMs < untilMs) {
                every(periodMs, untilMs, work);
            }
        });
    }

    void run() {
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
            nowMs = step.atMs;
            step.work.run();
        }
    }
}
