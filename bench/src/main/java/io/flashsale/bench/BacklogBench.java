package io.flashsale.bench;

import io.flashsale.e2e.client.Stores;

/** How fast the consumer makes rows of orders that are in the queue already, beside raw inserts of the same row. */
final class BacklogBench {

    private final Target target;
    private final Plan plan;
    private final OrderPlan orders;
    private final Report report;

    BacklogBench(Target target, Plan plan, OrderPlan orders, Report report) {
        this.target = target;
        this.plan = plan;
        this.orders = orders;
        this.report = report;
    }

    void run() {
        var drained = new Series(
                "orders persisted from a backlog, the consumer alone",
                "%,d orders, frozen until they are in the queue".formatted(orders.drained()));
        for (int run = 1; run <= plan.runs(); run++) {
            report.say("a backlog for the consumer, %d of %d", run, plan.runs());
            try (var stores = new Stores(target.installation());
                    var backlog =
                            new Backlog(target, stores, "DRAIN-%s-%d".formatted(plan.id(), run), orders.drained())) {
                Noise others = Noise.begin();
                backlog.release();
                double rate = backlog.awaitDrained();
                others.end();
                if (backlog.judged(report)) {
                    drained.add(rate);
                }
            }
        }
        report.say("raw batched inserts");
        Series rows = RawRows.series();
        new RawRows(target).measure(rows, plan.runs(), plan.rawSeconds());
        report.limit(rows);
        if (!drained.values().isEmpty()) {
            report.besides(drained, rows);
            report.mark(Mark.atLeast("orders persisted from a backlog to raw inserts", drained, rows, 0.30));
        }
    }
}
