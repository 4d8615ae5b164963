package io.flashsale.bench;

import java.util.List;
import java.util.Map;

/** Who runs where: with two CPUs or more, the generator and the worker that it loads do not share one. */
record Cpus(boolean apart) {

    static Cpus here() {
        return new Cpus(Runtime.getRuntime().availableProcessors() >= 2);
    }

    List<String> generator() {
        return apart ? List.of("taskset", "-c", "1") : List.of();
    }

    List<String> worker() {
        return apart ? List.of("taskset", "-c", "0") : List.of();
    }

    /** Moves a thread that runs to the generator's CPU. */
    void placeGenerator(long thread) {
        if (apart) {
            Commands.require(List.of("taskset", "-cp", "1", Long.toString(thread)), Map.of());
        }
    }
}
