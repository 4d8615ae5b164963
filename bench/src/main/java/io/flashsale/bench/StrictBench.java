package io.flashsale.bench;

import java.util.Map;

/** Accepted buys where every store has its data on the disk before it answers, on a system of its own that is started so. */
final class StrictBench {

    private final Target target;
    private final Plan plan;
    private final OrderPlan orders;
    private final Report report;

    StrictBench(Target target, Plan plan, OrderPlan orders, Report report) {
        this.target = target;
        this.plan = plan;
        this.orders = orders;
        this.report = report;
    }

    void run() {
        report.say("starting the system anew with FLASHSALE_DURABILITY=strict");
        target.close();
        target.up(Map.of("FLASHSALE_DURABILITY", "strict"));
        var sales = new Sales(target, plan, orders.buyers() / 5, report);
        report.say("warming up for %.0f s", plan.warmUp());
        var accepted =
                new Series("accepted buys under FLASHSALE_DURABILITY=strict", sales.conditions(plan.loadSeconds()));
        sales.sell("WARM", Demand.crowd(sales.buyers(), plan.warmUp()).countingFsyncs())
                .ifPresent(sale -> accepted.note(sale.fsyncs()));
        for (int run = 1; run <= plan.runs(); run++) {
            report.say("accepted buys under strict, run %d of %d", run, plan.runs());
            sales.sell("STRICT", Demand.crowd(sales.buyers(), plan.loadSeconds()))
                    .ifPresent(sale -> sale.addAccepted(accepted));
        }
        if (!accepted.values().isEmpty()) {
            report.alone(accepted);
        }
        sales.reportVerdicts("loads under strict");
    }
}
