package io.flashsale.bench;

import io.flashsale.bench.Mob.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Who gets the units where bots are after them as well, with protection off (no buckets of accounts and addresses, no rules) and on (as
 * shipped). The edge hears by a proxy from which address each comes. What a bot holds counts as its own, though it may never pay.
 */
final class BotsBench {

    private static final int UNITS = 1000;
    private static final int RUNS = 3;
    private static final int PUBLISHED_BEFORE = 8;
    private static final double PEOPLE_WRONGLY_REFUSED = 0.001;

    private final Target target;
    private final Plan plan;
    private final Report report;

    BotsBench(Target target, Plan plan, Report report) {
        this.target = target;
        this.plan = plan;
        this.report = report;
    }

    void run() {
        var sales = new Sales(target, plan, Mob.ACCOUNTS, report);
        for (boolean on : new boolean[] {false, true}) {
            var settings =
                    new HashMap<>(Map.of("FLASHSALE_TRUSTED_PROXIES", "127.0.0.1", "FLASHSALE_RATE_EXEMPT", "none"));
            if (!on) {
                settings.put("FLASHSALE_BUCKET_ACCOUNT", "off");
                settings.put("FLASHSALE_BUCKET_ADDRESS", "off");
            }
            target.restartEdge(settings);
            var figures = new Figures(on);
            for (int run = 1; run <= RUNS; run++) {
                report.say("protection %s, %d of %d", on ? "on" : "off", run, RUNS);
                target.catchBots(on);
                Instant opens = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(PUBLISHED_BEFORE);
                sales.sell("BOTS", UNITS, 1, opens, sku -> {
                    var mob = new Mob(sales.pool());
                    Clock.pass(Duration.between(Instant.now(), opens).toNanos() / 1e9 - Mob.OPENS);
                    double before = target.backendOrders();
                    try (var generator = new Generator(target.port("EDGE"), Demand.PAGES_OPEN)) {
                        Noise others = Noise.begin();
                        History history = generator.drive(mob, Requests.of(sku, mob.senders()));
                        others.end();
                        figures.add(mob, history, target.backendOrders() - before);
                        return history.attempts(sku, mob.accounts());
                    }
                });
            }
            figures.tell();
        }
        target.catchBots(false);
        sales.reportVerdicts("crowds");
    }

    /** What came of the runs with protection on, or off. */
    private final class Figures {

        private final boolean on;
        private final String suffix;
        private final List<Series> units = new ArrayList<>();
        private final List<Series> banned = new ArrayList<>();
        private final Series requests;
        private final Series reached;
        private final Series wrong;

        private Figures(boolean on) {
            this.on = on;
            suffix = on ? ", protection on" : ", protection off";
            String conditions = "%,d people and seven kinds of bots, %,d units".formatted(Mob.PEOPLE, UNITS);
            for (Kind kind : Kind.values()) {
                units.add(new Series("units of " + kind.words + suffix, conditions, Unit.COUNT));
                banned.add(new Series(
                        "until refused by the blacklist, " + kind.words,
                        conditions + "; from the first request, median over who was",
                        Unit.MILLIS));
            }
            requests = new Series("requests" + suffix, conditions, Unit.COUNT);
            reached = new Series("orders that reached the backend" + suffix, conditions, Unit.COUNT);
            wrong = new Series("people refused by the blacklist" + suffix, conditions, Unit.COUNT);
        }

        private void add(Mob mob, History history, double backendOrders) {
            Map<Kind, Set<String>> orders = new EnumMap<>(Kind.class);
            long[] first = new long[mob.senders().size()];
            long[] refused = new long[first.length];
            Arrays.fill(first, Load.NEVER);
            Arrays.fill(refused, Load.NEVER);
            Set<String> people = new HashSet<>();
            for (int i = 0; i < history.size(); i++) {
                int agent = history.buyer(i);
                Kind kind = mob.kind(agent);
                String order = history.orderId(i);
                if (order != null && history.code(i).equals(History.RESERVED)) {
                    orders.computeIfAbsent(kind, k -> new HashSet<>()).add(order);
                }
                first[agent] = Math.min(first[agent], history.due(i));
                if (history.code(i).equals("BLACKLISTED")) {
                    refused[agent] = Math.min(refused[agent], history.ended(i));
                    if (kind == Kind.PERSON) {
                        people.add(mob.account(agent));
                    }
                }
            }
            for (Kind kind : Kind.values()) {
                units.get(kind.ordinal())
                        .add(orders.getOrDefault(kind, Set.of()).size());
                long[] took = IntStream.range(0, first.length)
                        .filter(agent -> mob.kind(agent) == kind && refused[agent] != Load.NEVER)
                        .mapToLong(agent -> refused[agent] - first[agent])
                        .sorted()
                        .toArray();
                if (took.length > 0) {
                    banned.get(kind.ordinal()).add(took[took.length / 2] / 1e6);
                    banned.get(kind.ordinal()).note("%,d of its senders".formatted(took.length));
                }
            }
            requests.add(history.size());
            requests.codes(history.codes());
            reached.add(backendOrders);
            wrong.add(people.size());
        }

        private void tell() {
            units.forEach(report::alone);
            report.alone(requests);
            report.alone(reached);
            report.alone(wrong);
            banned.stream().filter(series -> !series.values().isEmpty()).forEach(report::alone);
            if (on) {
                report.mark(
                        Mark.atMost(wrong.name(), wrong.highest(), PEOPLE_WRONGLY_REFUSED * Mob.PEOPLE, Unit.COUNT));
            }
        }
    }
}
