package io.flashsale.bench;

/** How long accepted buys take when buyers come at times of their own, at a share of what can be accepted. */
final class LatencyBench {

    private static final double SHARE = 0.70;

    private final Plan plan;
    private final Sales sales;
    private final Report report;

    LatencyBench(Plan plan, Sales sales, Report report) {
        this.plan = plan;
        this.sales = sales;
        this.report = report;
    }

    /** @param capacity accepted buys a second, measured in this run */
    void run(Series capacity) {
        double rate = SHARE * capacity.median();
        double seconds = plan.loadSeconds();
        var accepted = new Series(
                "accepted buys at %.0f %% of capacity".formatted(100 * SHARE),
                "open model, latency from the intended send time, %.0f s, %s".formatted(seconds, sales.durability()));
        for (int run = 1; run <= plan.runs(); run++) {
            report.say("%.0f buys a second, run %d of %d", rate, run, plan.runs());
            sales.sell("OPEN", Demand.steady(sales.buyers(), rate, seconds)).ifPresent(s -> {
                s.addAccepted(accepted);
                accepted.offered(s.offeredPerSecond());
            });
        }
        if (accepted.values().isEmpty()) {
            return;
        }
        report.besides(accepted, capacity);
        report.mark(Mark.atMost("latency of accepted buys at 70 % of capacity, p99", accepted.percentile(99), 50));
        report.mark(Mark.atMost("the same, p99.9", accepted.percentile(99.9), 200));
    }
}
