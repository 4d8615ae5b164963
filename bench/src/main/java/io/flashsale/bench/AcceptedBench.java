package io.flashsale.bench;

import java.util.Optional;

/** Buys that are accepted, counted by their answers, and whether the consumer keeps up; beside the queue's own limit. */
final class AcceptedBench {

    private final Target target;
    private final Plan plan;
    private final OrderPlan orders;
    private final Sales sales;
    private final Report report;
    private String fsyncs = "";

    AcceptedBench(Target target, Plan plan, OrderPlan orders, Sales sales, Report report) {
        this.target = target;
        this.plan = plan;
        this.orders = orders;
        this.sales = sales;
        this.report = report;
    }

    /** The JVMs compile what is hot; fsyncs are counted on the way. */
    void warmUp() {
        sales.sell("WARM", Demand.crowd(sales.buyers(), plan.warmUp()).countingFsyncs())
                .ifPresent(sale -> fsyncs = sale.fsyncs());
    }

    /** The rate alone, for what is measured at a share of it; empty if every run broke an invariant. */
    Series capacity() {
        Series accepted = measure(2);
        if (!accepted.values().isEmpty()) {
            report.limit(accepted);
        }
        return accepted;
    }

    /** All of it, the last run being the long one; returns the accepted buys, empty if every run broke an invariant. */
    Series run() {
        Series accepted = measure(plan.runs() - 1);
        accepted.note("the last run %.0f s; %s".formatted(orders.longSeconds(), fsyncs));
        var persisted = new Series("orders persisted meanwhile", accepted.conditions());
        report.say("accepted buys for %.0f s", orders.longSeconds());
        Optional<Sale> last = sales.sell("LONG", Demand.crowd(sales.buyers(), orders.longSeconds()));
        last.ifPresent(sale -> {
            sale.addAccepted(accepted);
            sale.add(sale.persistedPerSecond(), persisted);
            persisted.note("at most %.0f ms behind during the load, %.0f ms at its end, the last %.0f ms after it"
                    .formatted(
                            sale.mostSecondsBehind() * 1e3,
                            sale.secondsBehindAtEnd() * 1e3,
                            sale.secondsUntilDurable() * 1e3));
        });
        report.say("raw RocketMQ sync send");
        Series raw = RawQueue.series(plan);
        new RawQueue(target).measure(raw, plan.runs(), plan.rawSeconds(), plan.rawWarmUp());

        report.limit(raw);
        if (!accepted.values().isEmpty()) {
            report.besides(accepted, raw);
            report.mark(Mark.atLeast("accepted buys to raw sync sends", accepted, raw, 0.60));
        }
        last.ifPresent(sale -> {
            report.besides(persisted, accepted);
            report.mark(Mark.atMost(
                    "age of the oldest accepted buy that is no row, at the end of %.0f s"
                            .formatted(orders.longSeconds()),
                    sale.secondsBehindAtEnd() * 1e3,
                    1000,
                    Unit.MILLIS));
        });
        return accepted;
    }

    private Series measure(int runs) {
        var accepted = new Series("accepted buys (RESERVED)", sales.conditions(plan.loadSeconds()));
        for (int run = 1; run <= runs; run++) {
            report.say("accepted buys, run %d of %d", run, runs);
            sales.sell("MANY", Demand.crowd(sales.buyers(), plan.loadSeconds()))
                    .ifPresent(sale -> sale.addAccepted(accepted));
        }
        return accepted;
    }
}
