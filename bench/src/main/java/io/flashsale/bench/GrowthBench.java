package io.flashsale.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a refusal costs more when there is more: SKUs, blacklist entries, buyers. Two edges at a time, one whose {@link World} is small
 * and one whose has grown, are asked in turns, so that what the machine does meanwhile meets both. What is compared is the worker's CPU
 * for each answer, with what it does beside answering, such as following Redis.
 */
final class GrowthBench {

    private static final double AT_MOST = 1.10;
    private static final int FEW = 1000;
    private static final int ASKED = 10_000;

    /** Whoever reaches the buckets finds them empty: his own the second time, and before it the SKU's. */
    private static final Map<String, String> EMPTY_BUCKETS =
            Map.of("FLASHSALE_BUCKET_ACCOUNT", "0.001:1", "FLASHSALE_BUCKET_SKU", "0.001:1");

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final Rig rig;

    /** What is asked of one edge, and what there is of it. */
    private record Side(String amount, Nginx edge, Rig.Load load) {}

    GrowthBench(Target target, Plan plan, Report report, Rig rig) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.rig = rig;
    }

    void run() {
        skus(plan.edge().skus());
        blacklist(plan.edge().entries());
        buyers(plan.edge().buyers());
    }

    private void skus(int many) {
        report.say("1 and %,d SKUs", many);
        try (var small = new World(target.root());
                var grown = new World(target.root())) {
            List<String> one = small.publish(1, true);
            List<String> all = grown.publish(many, true);
            var buyers = Sessions.signed(small.sessionKeys(), "b", plan.edge().pool());
            try (Nginx edge = small.edge(rig.cpus()).start(Map.of());
                    Nginx other = grown.edge(rig.cpus()).start(Map.of())) {
                var requests = new Buys(buyers, all, Buys.Who.HIMSELF);
                Series series = compare(
                        "sold out",
                        new Side("1 SKU", edge, soldOut(new Buys(buyers, one, Buys.Who.HIMSELF))),
                        new Side(count(many, "SKUs"), other, soldOut(requests)));
                long before = grown.reservations();
                rig.pass(other.port(), requests, ASKED);
                series.note("%s; of %,d more, %,d went to Redis"
                        .formatted(series.note(), ASKED, grown.reservations() - before));
            }
        }
    }

    /** Half of the entries are addresses, half accounts: who is throttled was looked for in both. */
    private void blacklist(int many) {
        report.say("no and %,d blacklist entries", many);
        int half = many / 2;
        Map<String, String> settings = new HashMap<>(EMPTY_BUCKETS);
        settings.put("FLASHSALE_EDGE_BLACKLIST_SIZE", room(half));
        try (var small = new World(target.root());
                var grown = new World(target.root())) {
            String sold = publish(small, true);
            String open = publish(small, false);
            publish(grown, true);
            publish(grown, false);
            grown.blacklist("account", half, i -> "bad" + i);
            grown.blacklist("address", half, i -> "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255));
            var buyers = Sessions.signed(small.sessionKeys(), "b", plan.edge().pool());
            try (Nginx edge = small.edge(rig.cpus()).start(settings);
                    Nginx other = grown.edge(rig.cpus()).start(settings)) {
                memory(
                        "an account on the blacklist",
                        free(edge, "blacklist_account"),
                        free(other, "blacklist_account"),
                        half);
                memory(
                        "an address on the blacklist",
                        free(edge, "blacklist_address"),
                        free(other, "blacklist_address"),
                        half);
                String none = "no blacklist entry";
                String all = count(many, "blacklist entries");
                Rig.Load first = soldOut(new Buys(buyers, sold));
                compare("sold out", new Side(none, edge, first), new Side(all, other, first));
                Rig.Load second = throttled(buyers, open);
                compare("throttled", new Side(none, edge, second), new Side(all, other, second));
            }
        }
    }

    private void buyers(int many) {
        report.say("%,d and %,d buyers", FEW, many);
        Map<String, String> settings = new HashMap<>(EMPTY_BUCKETS);
        settings.put("FLASHSALE_EDGE_BUCKET_SIZE", room(many));
        try (var world = new World(target.root())) {
            String sold = publish(world, true);
            String open = publish(world, false);
            var few = Sessions.signed(world.sessionKeys(), "b", FEW);
            var all = Sessions.signed(world.sessionKeys(), "b", many);
            try (Nginx edge = world.edge(rig.cpus()).start(settings);
                    Nginx other = world.edge(rig.cpus()).start(settings)) {
                compare(
                        "sold out",
                        new Side(count(FEW, "buyers"), edge, soldOut(new Buys(few, sold))),
                        new Side(count(many, "buyers"), other, soldOut(new Buys(all, sold))));
                double before = free(other, "bucket_account");
                compare(
                        "throttled",
                        new Side(count(FEW, "buyers"), edge, throttled(few, open)),
                        new Side(count(many, "buyers"), other, throttled(all, open)));
                memory("an account's bucket", before, free(other, "bucket_account"), many);
            }
        }
    }

    /** The figures of the grown one. */
    private Series compare(String refusal, Side small, Side grown) {
        var before = new Series(refusal + ", " + small.amount(), rig.conditions(", in turns"), Unit.CPU_MICROS);
        var after = new Series(refusal + ", " + grown.amount(), rig.conditions(", in turns"), Unit.CPU_MICROS);
        rig.warmUp(small.edge(), small.load());
        rig.warmUp(grown.edge(), grown.load());
        for (int run = 1; run <= plan.edge().runs(); run++) {
            before.add(rig.measure(small.edge(), small.load(), before).micros());
            after.add(rig.measure(grown.edge(), grown.load(), after).micros());
        }
        report.limit(before);
        report.growth(after, before);
        report.mark(Mark.atMost(
                "CPU of a refusal (%s), %s to %s".formatted(refusal, small.amount(), grown.amount()),
                after,
                before,
                AT_MOST));
        return after;
    }

    private void memory(String of, double before, double after, int count) {
        var bytes = new Series("edge's memory, " + of, "shared dict, " + count(count, "in it"), Unit.BYTES);
        bytes.add((before - after) / count, Double.NaN);
        report.alone(bytes);
    }

    private static Rig.Load soldOut(Buys buys) {
        return new Rig.Load(buys, List.of("SOLD_OUT"), Saturator.elsewhere(Rig.CONNECTIONS), 0);
    }

    private static Rig.Load throttled(Sessions buyers, String open) {
        return new Rig.Load(
                new Buys(buyers, open), List.of("THROTTLED"), Saturator.elsewhere(Rig.CONNECTIONS), buyers.size());
    }

    private static String publish(World world, boolean sold) {
        return world.publish(1, sold).get(0);
    }

    /** Of a shared dict, as the edge's metrics say. */
    private static double free(Nginx edge, String dict) {
        String name = "flashsale_edge_dict_free_bytes{dict=\"" + dict + "\"} ";
        return Edge.get(edge.port(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Room for so many in a shared dict: twice what they were seen to take. */
    private static String room(int entries) {
        return 16 + entries / 4000 + "m";
    }

    private static String count(int number, String of) {
        return String.format(Locale.ROOT, "%,d %s", number, of);
    }
}
