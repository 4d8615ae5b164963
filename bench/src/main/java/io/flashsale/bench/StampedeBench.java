package io.flashsale.bench;

/**
 * Every buyer comes once, all within seconds, for a tenth as many units. Who is told to try again does so when told, or up to a
 * second later, with the same key, as a person before the storefront's page does; who was told nothing asks again after a second.
 */
final class StampedeBench {

    private final OrderPlan plan;
    private final Sales sales;
    private final Report report;

    StampedeBench(OrderPlan plan, Sales sales, Report report) {
        this.plan = plan;
        this.sales = sales;
        this.report = report;
    }

    void run() {
        String conditions =
                "%,d buyers within %.0f s for %,d units, open model over %,d open connections, latency from the intended send time, %s"
                        .formatted(
                                sales.buyers(),
                                plan.crowdSeconds(),
                                plan.units(),
                                Demand.PAGES_OPEN,
                                sales.durability());
        var refused = new Series("refusals in a stampede", conditions);
        var accepted = new Series("accepted buys in a stampede, until the last", conditions);
        var heard = new Series("until a buyer of a stampede has a final answer, p50", conditions, Unit.MILLIS);
        var durable = new Series("last order of a stampede a row after its acceptance", conditions, Unit.MILLIS);
        var unanswered = new Series("buyers of a stampede without a final answer", conditions, Unit.COUNT);
        var left = new Series("units of a stampede left", conditions, Unit.COUNT);
        for (int run = 1; run <= plan.stampedes(); run++) {
            report.say("stampede %d of %d", run, plan.stampedes());
            sales.sell("STAMPEDE", Demand.stampede(sales.buyers(), plan.units(), plan.crowdSeconds()))
                    .ifPresent(sale -> {
                        History history = sale.history();
                        sale.add(sale.refusedPerSecond(), refused);
                        refused.codes(history.codes());
                        refused.offered(sale.offeredPerSecond());
                        refused.latency(history.latencies(History::isRefusal).percentiles());
                        sale.add(sale.rows() / sale.secondsUntilLastAccepted(), accepted);
                        accepted.latency(
                                history.latencies(History.RESERVED::equals).percentiles());
                        Latencies untilFinal = history.untilFinal();
                        sale.add(untilFinal.ms(50), heard);
                        heard.latency(untilFinal.percentiles());
                        durable.add(sale.secondsUntilDurable() * 1e3, Double.NaN);
                        unanswered.add(sales.buyers() - history.settledBuyers(), Double.NaN);
                        left.add(plan.units() - sale.rows(), Double.NaN);
                    });
        }
        if (refused.values().isEmpty()) {
            return;
        }
        report.alone(refused);
        report.alone(accepted);
        report.alone(heard);
        report.alone(durable);
        report.alone(unanswered);
        report.alone(left);
        report.mark(Mark.atMost(unanswered.name(), unanswered.highest(), 0, Unit.COUNT));
        report.mark(Mark.atMost(left.name(), left.highest(), 0, Unit.COUNT));
        report.mark(Mark.atMost(durable.name(), durable.highest(), 2000, Unit.MILLIS));
        report.mark(Mark.atMost("latency of refusals in a stampede, p99", refused.percentile(99), 20));
    }
}
