package io.flashsale.consumer.store;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Instants as DATETIME(3) literals. Connector/J cuts the milliseconds off a timestamp for a server that calls itself older than 5.6.4, and
 * MariaDB before 11 does: its greeting begins with 5.5.5. A text means the same to every server.
 */
public final class Utc {

    private static final DateTimeFormatter DATETIME_3 =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private Utc() {}

    /** To the millisecond; what is finer is cut off. */
    public static String text(Instant instant) {
        return DATETIME_3.format(instant);
    }

    public static String text(long epochMillis) {
        return text(Instant.ofEpochMilli(epochMillis));
    }
}
