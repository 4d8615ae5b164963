package io.flashsale.bench;

import java.util.List;

/** The benchmarks of the edge, which share the generator and who runs where. */
final class Edges {

    static final List<String> NAMES = List.of("edge", "pages", "reservation", "growth");

    /** @param name one of NAMES, or anything else for all of them */
    static void run(String name, Target target, Plan plan, Report report) {
        if (wanted("edge", name)) {
            try (var rig = new Rig(target, plan.edge().passSeconds())) {
                new EdgeBench(target, plan, report, rig).run();
            }
        }
        try (var rig = new Rig(target, plan.edge().seconds())) {
            if (wanted("pages", name)) {
                new PageBench(target, plan, report, rig).run();
            }
            if (wanted("reservation", name)) {
                new ReservationBench(target, plan, report, rig).run();
            }
            if (wanted("growth", name)) {
                new GrowthBench(target, plan, report, rig).run();
            }
        }
    }

    private static boolean wanted(String one, String name) {
        return name.equals(one) || !NAMES.contains(name);
    }

    private Edges() {}
}
