package io.flashsale.bench;

import java.util.List;
import java.util.Map;

/** The order path, from the request to the row: all of it, or one part by its name. */
final class OrderBench {

    static final List<String> NAMES = List.of("accepted", "latency", "stampede", "memory", "strict", "queue", "rows");

    private final Target target;
    private final Plan plan;
    private final OrderPlan orders;
    private final Report report;

    OrderBench(Target target, Plan plan, OrderPlan orders, Report report) {
        this.target = target;
        this.plan = plan;
        this.orders = orders;
        this.report = report;
    }

    /** @param name one of {@link #NAMES}, or another for all of them */
    void run(String name) {
        switch (name) {
            case "queue" -> {
                Series raw = RawQueue.series(plan);
                new RawQueue(target).measure(raw, plan.runs(), plan.rawSeconds(), plan.rawWarmUp());
                report.limit(raw);
            }
            case "rows" -> {
                Series rows = RawRows.series();
                new RawRows(target).measure(rows, plan.runs(), plan.rawSeconds());
                report.limit(rows);
            }
            case "strict" -> strict();
            default -> sell(name);
        }
        if (!NAMES.contains(name)) {
            strict();
        }
    }

    private void sell(String name) {
        boolean all = !NAMES.contains(name);
        if (target.owned()) {
            target.restartEdge(Map.of());
        }
        var sales = new Sales(target, plan, orders.buyers(), report);
        var memory = new MemoryBench(target, plan, orders, report);
        report.say("warming up, each buyer buys once");
        Series reservation = memory.reservations(sales);
        if (!name.equals("memory")) {
            report.say("warming up for %.0f s", plan.warmUp());
            sell(name, all, sales);
        }
        if (all || name.equals("memory")) {
            memory.run(reservation);
        }
        sales.reportVerdicts("loads");
    }

    private void sell(String name, boolean all, Sales sales) {
        var accepted = new AcceptedBench(target, plan, orders, sales, report);
        accepted.warmUp();
        if (all || name.equals("accepted") || name.equals("latency")) {
            Series capacity = name.equals("latency") ? accepted.capacity() : accepted.run();
            if (!name.equals("latency") && target.owned()) {
                new BacklogBench(target, plan, orders, report).run();
            }
            if (!name.equals("accepted") && !capacity.values().isEmpty()) {
                new LatencyBench(plan, sales, report).run(capacity);
            }
        }
        if (all || name.equals("stampede")) {
            new StampedeBench(orders, sales, report).run();
        }
    }

    private void strict() {
        if (target.owned()) {
            new StrictBench(target, plan, orders, report).run();
        }
    }
}
