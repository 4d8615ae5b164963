package io.flashsale.e2e.simulation;

import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Offer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Dumps for tests. */
final class Dumps {

    /** The same item before anybody came. */
    static Dump untouched(Dump dump, Offer offer) {
        Dump.Item item = dump.items().get(0);
        int units = offer.units();
        return new Dump(
                dump.takenAt(),
                List.of(new Dump.Item(item.id(), item.sku(), units, units, 0, 0, 0, 1)),
                List.of(),
                List.of(new Dump.Entry(1, "publish:" + item.id(), null, item.id(), "PUBLISHED", units, 0, 0)),
                List.of(),
                List.of(),
                List.of(),
                List.of(new Dump.Hot(
                        item.id(), 1, true, units, units, 0, 0, 0, Map.of(), Map.of(), Map.of(), Set.of(), List.of())),
                0);
    }

    private Dumps() {}
}
