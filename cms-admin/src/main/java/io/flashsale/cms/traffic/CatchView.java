package io.flashsale.cms.traffic;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Whom a rule caught, or on trial would have caught. */
public record CatchView(
        String rule,
        String kind,
        String value,
        long measured,
        int threshold,
        int windowS,
        int banS,
        boolean armed,
        LocalDateTime caughtAt) {

    public Instant at() {
        return caughtAt.toInstant(ZoneOffset.UTC);
    }
}
