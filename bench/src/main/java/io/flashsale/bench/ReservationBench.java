package io.flashsale.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A reservation at the edge, everything up to the answer of the function: parsing, hints, session, buckets, order id, {@code FCALL
 * reserve}, answer. Next to it nginx with Lua that does nothing but the same {@code FCALL}, of the same function with the same keys.
 *
 * <p>What is sent are repetitions: buyers who have their order and ask again with their key, as browsers do whose answer was lost. Such a
 * request goes the whole way, with a fresh order id, and is answered with what the function says; no backend takes part, and nothing in
 * the edge has to be switched off to keep it out. The function finds the key and looks its order up instead of taking units: that is
 * Redis's work and less of it than a new reservation's, the same on both sides, so the edge's own share weighs more here, not less.
 */
final class ReservationBench {

    private static final double AT_LEAST = 0.75;
    private static final String PREFIX = "again";

    /** Wide enough for all of this, and yet asked. */
    private static final Map<String, String> SETTINGS =
            Map.of("FLASHSALE_BUCKET_ACCOUNT", "100000:100000", "FLASHSALE_BUCKET_SKU", "1000000:1000000");

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final Rig rig;

    ReservationBench(Target target, Plan plan, Report report, Rig rig) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.rig = rig;
    }

    void run() {
        int count = plan.edge().pool() / 10;
        String sku = "AGAIN-" + plan.id();
        target.publish(sku, 1_000_000);
        var buyers = Sessions.of(target.buyers(count, PREFIX));
        String conditions = rig.conditions(String.format(Locale.ROOT, ", %,d buyers who repeat their request", count));
        var limit = new Series("nginx with Lua and the same FCALL", conditions);
        var series = new Series("reservation at the edge", conditions);
        Edge edge = Edge.beside(target, rig.cpus());
        try (Nginx under = edge.start(SETTINGS)) {
            report.say("an order for each of %,d buyers", count);
            var again = new Rig.Load(new Buys(buyers, sku), List.of("RESERVED"), Saturator.HERE, count);
            rig.warmUp(under, again);
            var same = new Rig.Load(again.requests(), "RESERVED");
            try (Nginx bare = bare(edge, sku, count, Edge.post(under.port(), again.requests()))) {
                for (int run = 1; run <= plan.edge().runs(); run++) {
                    report.say(
                            "repeated reservations, run %d of %d",
                            run, plan.edge().runs());
                    measure(bare, same, limit);
                    measure(under, same, series);
                }
            }
        }
        report.limit(limit);
        report.besides(series, limit);
        report.mark(Mark.atLeast("reservation at the edge to the bare FCALL", series, limit, AT_LEAST));
    }

    private void measure(Nginx nginx, Rig.Load load, Series series) {
        rig.warmUp(nginx, load);
        series.add(rig.measure(nginx, load, series).perSecond());
    }

    private Nginx bare(Edge edge, String sku, int buyers, String body) {
        Target.Item item = target.item(sku);
        String lua = String.format(
                Locale.ROOT,
                """
                lua_package_path "%1$s/edge-lua/lua/?.lua;%1$s/bench/nginx/?.lua;;";
                init_by_lua_block {
                  require "resty.core"
                  package.loaded["reserve.settings"] = { socket = "%2$s", user = "edge", password_file = "%3$s", sku = "%4$s",
                    item = %5$d, epoch = %6$d, buyers = %7$d, prefix = "%8$s", request = "%9$s", body = [[%10$s]] }
                  require "reserve"
                }
                """,
                target.root(),
                edge.setting("FLASHSALE_REDIS_SOCKET"),
                edge.setting("FLASHSALE_REDIS_EDGE_PASSWORD_FILE"),
                sku,
                item.id(),
                item.epoch(),
                buyers,
                PREFIX,
                Buys.KEY,
                body);
        return PlainNginx.calling(target.root(), lua, "require(\"reserve\").answer()", edge.modules(), rig.cpus());
    }
}
