package io.flashsale.e2e.checker;

import java.util.List;

/** Everything the checker judges: what was promised, what clients did and saw, and what the stores held. */
public record Run(List<Offer> offers, List<Attempt> attempts, List<Reading> readings, List<Sample> samples, Dump dump) {

    public Run {
        offers = List.copyOf(offers);
        attempts = List.copyOf(attempts);
        readings = List.copyOf(readings);
        samples = List.copyOf(samples);
    }

    public Run with(Dump other) {
        return new Run(offers, attempts, readings, samples, other);
    }

    public Run withAttempts(List<Attempt> other) {
        return new Run(offers, other, readings, samples, dump);
    }
}
