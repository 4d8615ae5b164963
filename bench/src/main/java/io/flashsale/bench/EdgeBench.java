package io.flashsale.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a refusal costs, next to nginx that only answers: one worker on one CPU, the generator on another, the same requests. Each
 * start of nginx is measured anew, since a bad draw of its string hash lasts as long as the process.
 */
final class EdgeBench {

    private static final int CONNECTIONS = 64;
    private static final Map<String, String> SETTINGS =
            Map.of("FLASHSALE_EDGE_WORKERS", "1", "FLASHSALE_BUCKET_ACCOUNT", "0.001:1");

    private record Refusal(Series series, Path bodies, String... codes) {}

    private final Target target;
    private final Plan plan;
    private final Report report;

    EdgeBench(Target target, Plan plan, Report report) {
        this.target = target;
        this.plan = plan;
        this.report = report;
    }

    void run() {
        Path folder = target.root().resolve("target/bench-bodies");
        var bodies = new Bodies(folder);
        List<Target.Buyer> buyers = target.buyers(plan.sessions(), "edge");
        List<Target.Buyer> banned = target.buyers(plan.banned(), "banned");
        report.say("blacklisting %d accounts", banned.size());
        target.blacklist(banned);
        // a running system keeps its own buckets, which more accounts than these would not empty
        List<Target.Buyer> frequent = target.owned() ? buyers : buyers.subList(0, 100);
        String gone = "GONE-" + plan.id();
        String open = "OPEN-" + plan.id();
        target.publish(gone, 1);
        target.publish(open, 1_000_000);
        takeTheOnly(gone, target.buyers(1, "first").get(0));

        String conditions =
                "1 worker, %d connections, %.0f s, distinct sessions".formatted(CONNECTIONS, plan.edgeSeconds());
        var limit = new Series("nginx `return 200`", conditions);
        List<Refusal> refusals = List.of(
                new Refusal(
                        new Series("sold out", conditions),
                        bodies.keyed("gone", gone, buyers),
                        "SOLD_OUT",
                        "ALL_RESERVED"),
                new Refusal(
                        new Series("unauthenticated", conditions),
                        bodies.forged("forged", open, buyers),
                        "UNAUTHENTICATED"),
                new Refusal(
                        new Series("blacklisted account", conditions),
                        bodies.keyless("banned", open, banned),
                        "BLACKLISTED"),
                new Refusal(
                        new Series("throttled account", conditions),
                        bodies.keyless("often", open, frequent),
                        "THROTTLED"));
        var cpus = Cpus.here();
        var wrk = new Wrk(target.root().resolve("bench/wrk/buy.lua"), 1, CONNECTIONS, cpus);
        for (int start = 1; start <= plan.starts(); start++) {
            report.say("start %d of %d of nginx", start, plan.starts());
            if (target.owned()) {
                cpus.place(target.restartEdge(SETTINGS));
            }
            try (var plain =
                    new PlainNginx(target.root().resolve("target/bench-nginx"), target.port("EDGE") + 10, cpus)) {
                wrk.run(target.port("EDGE") + 10, refusals.get(0).bodies(), 1, false);
                limit.add(wrk.run(target.port("EDGE") + 10, refusals.get(0).bodies(), plan.edgeSeconds(), false)
                        .perSecond());
            }
            for (Refusal refusal : refusals) {
                warmUp(wrk, refusal);
                Wrk.Result result = wrk.run(target.port("EDGE"), refusal.bodies(), plan.edgeSeconds(), false);
                refusal.series().add(result.perSecond());
                refusal.series().note("p50 %d µs, p99 %d µs".formatted(result.p50(), result.p99()));
            }
        }
        report.limit(limit);
        refusals.forEach(r -> report.besides(r.series(), limit));
        Map<String, Double> least = new LinkedHashMap<>();
        least.put("sold out", 0.75);
        least.put("unauthenticated", 0.45);
        least.put("blacklisted account", 0.45);
        least.put("throttled account", 0.45);
        List<Mark> marks = new ArrayList<>();
        for (Refusal r : refusals) {
            String name = r.series().name() + " to `return 200`, the worst of "
                    + r.series().values().size() + " starts";
            marks.add(new Mark(
                    name,
                    r.series().worstRatio(limit),
                    least.getOrDefault(r.series().name(), 0.0)));
        }
        marks.forEach(report::mark);
    }

    /**
     * Until nearly every answer is the refusal that is to be measured: LuaJIT has compiled what it saw often, and each account has
     * spent what its bucket held.
     */
    private void warmUp(Wrk wrk, Refusal refusal) {
        Wrk.Result seen = null;
        for (int attempt = 0; attempt < 20; attempt++) {
            seen = wrk.run(target.port("EDGE"), refusal.bodies(), 1, true);
            if (seen.share(refusal.codes()) >= 0.95) {
                return;
            }
        }
        throw new IllegalStateException(refusal.series().name() + " was answered otherwise: " + seen);
    }

    private void takeTheOnly(String sku, Target.Buyer buyer) {
        String body = "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(buyer.session(), sku);
        var answer = target.post("EDGE", "/buy", body);
        if (!answer.body().contains("\"RESERVED\"")) {
            throw new IllegalStateException("the one unit of " + sku + " could not be bought: " + answer.body());
        }
    }
}
