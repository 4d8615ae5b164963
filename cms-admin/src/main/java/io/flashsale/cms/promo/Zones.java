package io.flashsale.cms.promo;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;

/** Zones as people name them: those of a continent and a city, and UTC. Others have no summer time, or several names. */
public final class Zones {

    private static final Pattern NAMED =
            Pattern.compile("UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.+");

    private static final List<String> ALL = ZoneId.getAvailableZoneIds().stream()
            .filter(zone -> NAMED.matcher(zone).matches())
            .sorted()
            .toList();

    public static List<String> all() {
        return ALL;
    }

    public static boolean known(String zone) {
        return ALL.contains(zone);
    }

    /** What a clock on the wall of that zone means: one instant, or none in the gap of a summer time's beginning, or two at its end. */
    public static List<Instant> instants(LocalDateTime local, String zone) {
        return ZoneId.of(zone).getRules().getValidOffsets(local).stream()
                .map(local::toInstant)
                .toList();
    }

    private Zones() {}
}
