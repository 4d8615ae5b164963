package io.flashsale.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Buys that are accepted, counted by their answers, and how soon they are rows; beside the queue's own limit. */
final class AcceptedBench {

    private static final int CONNECTIONS = 256;

    private final Target target;
    private final Plan plan;
    private final Report report;

    AcceptedBench(Target target, Plan plan, Report report) {
        this.target = target;
        this.plan = plan;
        this.report = report;
    }

    void run() {
        if (target.owned()) {
            target.restartEdge(Map.of());
        }
        String sku = "MANY-" + plan.id();
        target.publish(sku, 10_000_000);
        Path bodies = new Bodies(target.root().resolve("target/bench-bodies"))
                .keyless("many", sku, target.buyers(plan.sessions(), "many"));
        var wrk = new Wrk(target.root().resolve("bench/wrk/buy.lua"), 1, CONNECTIONS, new Cpus(false));
        String conditions = "%d connections, %.0f s".formatted(CONNECTIONS, plan.loadSeconds());
        var accepted = new Series("accepted buys (RESERVED)", conditions);
        var persisted = new Series("orders persisted during the same load", conditions);
        var raw = new Series(
                "raw RocketMQ sync send",
                RawQueue.THREADS + " threads one by one, %.0f s".formatted(plan.rawSeconds()));

        report.say("warming up with accepted buys for %.0f s", plan.warmUp());
        wrk.run(target.port("EDGE"), bodies, plan.warmUp(), true);
        awaitDrained(sku, 0);
        double longestLag = 0;
        long mostBehind = 0;
        Wrk.Result last = null;
        for (int run = 1; run <= plan.runs(); run++) {
            report.say("accepted buys, run %d of %d", run, plan.runs());
            long before = persisted(sku);
            long start = System.nanoTime();
            last = wrk.run(target.port("EDGE"), bodies, plan.loadSeconds(), true);
            long reserved = last.codes().getOrDefault("RESERVED", 0L);
            long done = persisted(sku) - before;
            double took = (System.nanoTime() - start) / 1e9;
            accepted.add(last.perSecond("RESERVED"));
            persisted.add(done / took);
            mostBehind = Math.max(mostBehind, reserved - done);
            longestLag = Math.max(longestLag, awaitDrained(sku, before + reserved));
        }
        accepted.note("%s, p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms"
                .formatted(last == null ? "" : last.codes(), ms(last, 50), ms(last, 99), ms(last, 999)));
        persisted.note("at the end of a load at most %d behind, gone after %.1f s"
                .formatted(Math.max(0, mostBehind), longestLag));
        var backlog = new Series("orders persisted from a backlog", "consumer stopped for a load, then alone");
        backlog(sku, bodies, wrk, backlog);
        report.say("raw RocketMQ sync send");
        new RawQueue(target).measure(raw, plan.runs(), plan.rawSeconds(), plan.rawWarmUp());

        report.limit(raw);
        report.besides(accepted, raw);
        report.besides(persisted, accepted);
        report.besides(backlog, accepted);
        report.mark(new Mark("accepted to raw sync send, medians", accepted.median() / raw.median(), 0.25));
        // what is answered in the last instant is not a row yet: the consumer keeps up if that is gone within a second
        report.mark(new Mark(
                "persisted to accepted during the load (1 when the rest is there within 1 s)",
                longestLag <= 1 ? 1 : persisted.median() / accepted.median(),
                1));
    }

    /** How fast the consumer is when it has something to do: frozen for a load, then let go. */
    private void backlog(String sku, Path bodies, Wrk wrk, Series into) {
        if (!target.owned()) {
            into.add(0);
            into.note("not measured on a running system");
            return;
        }
        report.say("a backlog for the consumer");
        long before = persisted(sku);
        String pid = Long.toString(target.pid("consumer"));
        Commands.require(List.of("kill", "-STOP", pid), Map.of());
        Wrk.Result result;
        try {
            result = wrk.run(target.port("EDGE"), bodies, plan.loadSeconds(), true);
        } finally {
            Commands.require(List.of("kill", "-CONT", pid), Map.of());
        }
        long goal = before + result.codes().getOrDefault("RESERVED", 0L);
        long start = System.nanoTime();
        long already = persisted(sku);
        awaitDrained(sku, goal);
        into.add((goal - already) / ((System.nanoTime() - start) / 1e9));
        into.note("%d orders".formatted(goal - already));
    }

    /** Waits until so many are rows, and returns the seconds that took. PENDING answers may add some. */
    private double awaitDrained(String sku, long goal) {
        long start = System.nanoTime();
        Target.await("the consumer has caught up", Duration.ofSeconds(60), () -> persisted(sku) >= goal);
        return (System.nanoTime() - start) / 1e9;
    }

    /** Every order is for one unit, so the units held are the orders that are rows. */
    private long persisted(String sku) {
        try (Connection connection = target.mysql("operator");
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT held FROM promo_item WHERE sku = ? ORDER BY id DESC LIMIT 1")) {
            statement.setString(1, sku);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the counters of " + sku, e);
        }
    }

    private static double ms(Wrk.@org.jspecify.annotations.Nullable Result result, int percentile) {
        if (result == null) {
            return 0;
        }
        return switch (percentile) {
            case 50 -> result.p50() / 1e3;
            case 99 -> result.p99() / 1e3;
            default -> result.p999() / 1e3;
        };
    }
}
