package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The plans of {@code jmeter/}, without a screen, as a user of JMeter runs them. Their rates are JMeter's as much as the shop's, with which
 * it shares the CPUs; what is judged is that every answer was one that the plan expects and that the stores hold what buyers were told.
 */
final class JMeterBench {

    private static final int BUYERS = 20_000;
    private static final int UNITS = 2_000;
    private static final int ENOUGH = 1_000_000;

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final Path results;

    JMeterBench(Target target, Plan plan, Report report) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.results = target.root().resolve("target/bench/jmeter");
    }

    void run() {
        var sales = new Sales(target, plan, BUYERS, report);
        String buyers = "-Jcsv=" + write(sales.csv());
        buy("stampede", "%,d buyers for %,d units, 500 at a time".formatted(BUYERS, UNITS), sales, UNITS, buyers);
        buy("open-model", "100 arrivals a second for 30 s", sales, ENOUGH, buyers, "-Jrate=100", "-Jseconds=30");
        buy("soak", "20 people for 60 s", sales, ENOUGH, buyers, "-Jseconds=60");
        String sku = "PAGE-" + plan.id();
        target.publish(sku, ENOUGH);
        run("item-page", "1,000 people who arrive in 5 s and load page and item 30 times each", sku)
                .tell();
        sales.reportVerdicts("plans");
    }

    private void buy(String name, String conditions, Sales sales, int stock, String... settings) {
        Seen[] seen = new Seen[1];
        boolean green = sales.sell(name, stock, sku -> {
            seen[0] = run(name, conditions, sku, settings);
            return seen[0].results.attempts(sku);
        });
        if (green) {
            seen[0].tell();
        }
    }

    private Seen run(String name, String conditions, String sku, String... settings) {
        report.say("jmeter/%s.jmx: %s", name, conditions);
        Path folder = results.resolve(name);
        List<String> command = new ArrayList<>(List.of(target.root() + "/jmeter/run", name));
        command.add("-Jport=" + target.port("EDGE"));
        command.add("-Jsku=" + sku);
        command.addAll(List.of(settings));
        Noise others = Noise.begin();
        Commands.Ended ended = Commands.run(command, Map.of("FLASHSALE_JMETER_RESULTS", folder.toString()));
        others.end();
        if (ended.exit() > 1) {
            throw new IllegalStateException("%s ended with %d:%n%s".formatted(command, ended.exit(), ended.output()));
        }
        return new Seen(name, conditions, JMeterResults.read(folder.resolve("results.jtl")), Noise.last());
    }

    /** One run of a plan. */
    private final class Seen {

        private final String plan;
        private final String conditions;
        private final JMeterResults results;
        private final double noise;

        Seen(String plan, String conditions, JMeterResults results, double noise) {
            this.plan = plan;
            this.conditions = conditions;
            this.results = results;
            this.noise = noise;
        }

        void tell() {
            var answered = new Series("jmeter/" + plan + ".jmx", conditions);
            answered.add(results.perSecond(), noise);
            answered.codes(results.codes());
            answered.latency(results.latencies().percentiles());
            answered.note("report: target/bench/jmeter/%s/report/index.html".formatted(plan));
            report.alone(answered);
            report.mark(Mark.atMost(
                    "wrong answers of %,d in jmeter/%s.jmx".formatted(results.size(), plan),
                    results.wrong(),
                    0,
                    Unit.COUNT));
        }
    }

    private Path write(String buyers) {
        try {
            Files.createDirectories(results);
            return Files.writeString(results.resolve("buyers.csv"), buyers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
