package io.flashsale.consumer.intake;

import java.time.Duration;

/** Pauses that double up to a bound. */
final class Backoff {

    private final Duration most;
    private Duration next;

    Backoff(Duration first, Duration most) {
        this.next = first;
        this.most = most;
    }

    Duration next() {
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(most) > 0 ? most : doubled;
        return now;
    }
}
