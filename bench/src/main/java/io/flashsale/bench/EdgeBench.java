package io.flashsale.bench;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a refusal costs, next to nginx that only answers: one worker on one CPU, the generator on another, the same requests, each of
 * another buyer's session. Each start of nginx is measured anew, with its limit beside it, since a bad draw of its string hash, or an
 * order in which LuaJIT met the code, lasts as long as the process. A machine whose host has other guests is slow for seconds at a time,
 * which looks the same: so all kinds are gone through several times in each start, and of each kind the run in the middle speaks for the
 * start. What lasts as long as the process is slow in all of them, so starts are compared by their best runs.
 *
 * <p>The limit is a bare {@code return 200}. Two more are measured beside it: one that also sends the headers which the project demands
 * of every answer, and one that sends the same from Lua, which reads the request and looks at nothing. What lies between these and the
 * first is the price of the headers and of Lua, which no code of ours can bring down; what lies below the last is ours.
 *
 * <p>Rates are judged as they are seen, and once more by the worker's CPU for an answer: a limit that the generator or others held up
 * would flatter what stands beside it. The starts are compared by CPU alone, since that is what a bad start costs, whoever is there, and as
 * ratios to the limit's best run in the same start, since a host that is slow for a minute is slow for both.
 */
final class EdgeBench {

    private static final double NEEDS_NO_IDENTITY = 0.90;
    private static final double NEEDS_IDENTITY = 0.60;
    private static final double SLOWEST_START = 0.85;

    /** Whoever reaches the buckets finds them empty: his own the second time, and before it the SKU's. */
    private static final Map<String, String> SETTINGS = Map.of(
            "FLASHSALE_BUCKET_ACCOUNT", "0.001:1",
            "FLASHSALE_BUCKET_SKU", "0.001:1",
            "FLASHSALE_EDGE_BLACKLIST_SIZE", "32m");

    /** One nginx, one kind of request to it, and what was seen of that since nginx was started. */
    private record Asked(Nginx nginx, Rig.Load load, Figures figures, List<Rig.Run> runs) {
        Asked(Nginx nginx, Rig.Load load, Figures figures) {
            this(nginx, load, figures, new ArrayList<>());
        }

        void conclude() {
            runs.sort(Comparator.comparingDouble(Rig.Run::micros));
            Rig.Run middle = runs.get(runs.size() / 2);
            double others = runs.stream()
                    .map(Rig.Run::others)
                    .reduce(Noise.Seen::and)
                    .orElseThrow()
                    .cpus();
            figures.series().add(middle.perSecond(), others);
            figures.byCpu().add(1e6 / middle.micros(), others);
            figures.best().add(1e6 / runs.get(0).micros(), others);
        }
    }

    /**
     * A figure for each start.
     *
     * @param series answers a second in the run in the middle, by CPU
     * @param byCpu answers for a second of the worker's CPU, in the same run: the rate of a worker that nothing else holds up
     * @param best the same in the best run
     */
    private record Figures(Series series, Series byCpu, Series best) {}

    private record Refusal(double atLeast, Rig.Load load, Figures figures) {}

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final Rig rig;

    EdgeBench(Target target, Plan plan, Report report, Rig rig) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.rig = rig;
    }

    void run() {
        int pool = plan.edge().pool();
        report.say("twice %,d buyers with sessions", pool);
        var buyers = Sessions.of(target.buyers(pool, "edge"));
        List<Target.Buyer> accounts = target.buyers(pool, "banned");
        report.say("blacklisting %,d accounts and %d addresses", pool, Rig.CONNECTIONS);
        target.blacklist("account", accounts.stream().map(Target.Buyer::userId).toList());
        target.blacklist(
                "address",
                Saturator.elsewhere(Rig.CONNECTIONS).stream()
                        .map(InetAddress::getHostAddress)
                        .toList());
        report.say("SKUs in every state");
        List<Refusal> refusals = refusals(buyers, Sessions.of(accounts));

        Saturator.Requests some = refusals.get(0).load().requests();
        String body = Edge.post(target.port("EDGE"), some);
        var same = new Rig.Load(some, "SOLD_OUT");
        Figures bare = figures("nginx `return 200`");
        Figures headed = figures("nginx `return 200` with the edge's headers");
        Figures fromLua = figures("nginx with Lua that only answers");
        Edge edge = Edge.beside(target, rig.cpus());
        for (int start = 1; start <= plan.edge().starts(); start++) {
            report.say("start %d of %d of nginx", start, plan.edge().starts());
            try (Nginx plain = PlainNginx.answering(target.root(), body, false, rig.cpus());
                    Nginx withHeaders = PlainNginx.answering(target.root(), body, true, rig.cpus());
                    Nginx withLua = PlainNginx.printing(target.root(), body, edge.modules(), rig.cpus());
                    Nginx under = edge.start(SETTINGS)) {
                List<Asked> all = new ArrayList<>(List.of(
                        new Asked(plain, same, bare),
                        new Asked(withHeaders, same, headed),
                        new Asked(withLua, same, fromLua)));
                refusals.forEach(one -> all.add(new Asked(under, one.load(), one.figures())));
                all.forEach(one -> rig.warmUp(one.nginx(), one.load()));
                for (int pass = 1; pass <= plan.edge().passes(); pass++) {
                    all.forEach(one -> one.runs()
                            .add(rig.measure(
                                    one.nginx(), one.load(), one.figures().series())));
                }
                all.forEach(Asked::conclude);
            }
        }
        report.limit(bare.series());
        report.besides(headed.series(), bare.series());
        fromLua.series()
                .note(String.format(
                        Locale.ROOT,
                        "by CPU %.2f of the bare one",
                        fromLua.byCpu().ratio(bare.byCpu())));
        report.besides(fromLua.series(), bare.series());
        for (Refusal refusal : refusals) {
            Figures figures = refusal.figures();
            Series series = figures.series();
            series.note(String.format(
                    Locale.ROOT,
                    "%s; %.2f of the one with headers, by CPU %.2f of the one with Lua",
                    series.note(),
                    series.ratio(headed.series()),
                    figures.byCpu().ratio(fromLua.byCpu())));
            report.besides(series, bare.series());
            String name = series.name() + " to `return 200`";
            report.mark(Mark.atLeast(name, series, bare.series(), refusal.atLeast()));
            report.mark(Mark.atLeast(name + ", by CPU", figures.byCpu(), bare.byCpu(), refusal.atLeast()));
            report.mark(Mark.steady(
                    series.name()
                            + ", the slowest of %d starts by CPU beside `return 200`"
                                    .formatted(plan.edge().starts()),
                    figures.best(),
                    bare.best(),
                    SLOWEST_START));
        }
    }

    private List<Refusal> refusals(Sessions buyers, Sessions banned) {
        var offers = new Offers(target, plan.id());
        String open = offers.open();
        return List.of(
                early("sold out", new Buys(buyers, offers.soldOut()), "SOLD_OUT"),
                early("all reserved", new Buys(buyers, offers.allReserved(rig)), "ALL_RESERVED"),
                refusal(
                        "blacklisted address",
                        NEEDS_NO_IDENTITY,
                        new Rig.Load(
                                new Buys(buyers, open),
                                List.of("BLACKLISTED"),
                                Saturator.elsewhere(Rig.CONNECTIONS),
                                0)),
                early("unknown SKU", new Buys(buyers, offers.unknown()), "UNKNOWN_SKU"),
                early("not started", new Buys(buyers, offers.notStarted()), "NOT_STARTED"),
                early("ended", new Buys(buyers, offers.ended()), "ENDED"),
                early("paused", new Buys(buyers, offers.paused()), "PAUSED"),
                late("unauthenticated", new Buys(buyers, List.of(open), Buys.Who.FORGED), "UNAUTHENTICATED"),
                late("blacklisted account", new Buys(banned, open), "BLACKLISTED"),
                refusal(
                        "throttled account",
                        NEEDS_IDENTITY,
                        // each account's bucket is empty when all have asked once
                        new Rig.Load(new Buys(buyers, open), List.of("THROTTLED"), Saturator.HERE, buyers.size())),
                late("wrong identity", new Buys(buyers, List.of(open), Buys.Who.ANOTHER), "IDENTITY_MISMATCH"));
    }

    private Refusal early(String name, Buys buys, String code) {
        return refusal(name, NEEDS_NO_IDENTITY, new Rig.Load(buys, code));
    }

    private Refusal late(String name, Buys buys, String code) {
        return refusal(name, NEEDS_IDENTITY, new Rig.Load(buys, code));
    }

    private Refusal refusal(String name, double atLeast, Rig.Load load) {
        return new Refusal(atLeast, load, figures(name));
    }

    private Figures figures(String name) {
        return new Figures(
                new Series(
                        name,
                        rig.conditions(String.format(
                                Locale.ROOT,
                                " of each start, the middle of %d, %,d buyers",
                                plan.edge().passes(),
                                plan.edge().pool()))),
                new Series(name + ", by CPU", ""),
                new Series(name + ", by CPU, the best run", ""));
    }
}
