package io.flashsale.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code Bench ROOT [NAME] [--running] [--write]}: measures, prints a table with its conditions, and writes it with plots and all figures
 * as JSON. Ends with 0 if all marks are met, 1 if one is not, 3 if none is missed but one cannot be told for the noise of others, 2 if it
 * was called wrongly. A private copy of the system is started for it and deleted afterwards.
 */
public final class Bench {

    static final Set<String> NAMES = new LinkedHashSet<>(List.of("all", "quick"));

    static {
        NAMES.addAll(Edges.NAMES);
        NAMES.addAll(OrderBench.NAMES);
        NAMES.add("bots");
        NAMES.add("jmeter");
    }

    public static void main(String[] args) {
        Path root = Path.of(args[0]);
        Collection<String> words = Arrays.asList(args).subList(1, args.length);
        List<String> names = words.stream().filter(w -> !w.startsWith("--")).toList();
        String name = names.isEmpty() ? "all" : names.get(0);
        boolean known = Set.of("--running", "--write")
                .containsAll(words.stream().filter(w -> w.startsWith("--")).toList());
        if (!NAMES.contains(name) || names.size() > 1 || !known) {
            System.err.append(usage(root));
            System.exit(2);
        }
        System.exit(run(root, name, words.contains("--running"), words.contains("--write"), System.out));
    }

    /** What `./flashsale bench --help` prints, too. */
    static String usage(Path root) {
        try {
            return Files.readString(root.resolve("bench/usage.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int run(Path root, String name, boolean running, boolean write, PrintStream out) {
        String load = Conditions.load();
        String id = Long.toString(System.currentTimeMillis() / 1000, 36);
        Plan plan = name.equals("quick") ? Plan.quick(id) : Plan.whole(id);
        var report = new Report(System.err);
        boolean all = name.equals("all") || name.equals("quick");
        var target = running ? Target.running(root) : Target.own(root);
        Noise.systemUnderLoad(target.home());
        // also when it is interrupted: nothing may be left running
        var ending = new Thread(target::close);
        Runtime.getRuntime().addShutdownHook(ending);
        if (!running) {
            report.say("starting a system of its own under %s", target.home());
            target.up(Map.of());
        }
        if (all || Edges.NAMES.contains(name)) {
            Edges.run(name, target, plan, report);
        }
        if (all || OrderBench.NAMES.contains(name)) {
            new OrderBench(target, plan, OrderPlan.of(name), report).run(name);
        }
        if (name.equals("bots")) {
            new BotsBench(target, plan, report).run();
        }
        if (name.equals("jmeter")) {
            new JMeterBench(target, plan, report).run();
        }
        var conditions = Conditions.here(root, load);
        LocalDate day = LocalDate.now(ZoneOffset.UTC);
        String title = "Benchmark `%s`, %s".formatted(name, day);
        out.append(report.markdown(title, conditions)).flush();
        Path folder = root.resolve(write ? "docs/benchmarks" : "target/bench");
        report.say(
                "table, plots and JSON: %s", report.write(folder, write ? day + "-" + name : name, title, conditions));
        return report.exitCode();
    }

    private Bench() {}
}
