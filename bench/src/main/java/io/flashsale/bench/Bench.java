package io.flashsale.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code Bench ROOT [NAME] [--running] [--write]}: measures, prints a table with its conditions, and ends with 1 if a mark was missed.
 * A private copy of the system is started for it and deleted afterwards.
 */
public final class Bench {

    private static final Set<String> NAMES =
            new LinkedHashSet<>(List.of("all", "quick", "edge", "accepted", "queue", "rows"));

    public static void main(String[] args) {
        Path root = Path.of(args[0]);
        Collection<String> words = Arrays.asList(args).subList(1, args.length);
        List<String> names = words.stream().filter(w -> !w.startsWith("--")).toList();
        String name = names.isEmpty() ? "all" : names.get(0);
        boolean known = Set.of("--running", "--write")
                .containsAll(words.stream().filter(w -> w.startsWith("--")).toList());
        if (!NAMES.contains(name) || names.size() > 1 || !known) {
            System.err.append("usage: bench [" + String.join("|", NAMES) + "] [--running] [--write]\n");
            System.exit(2);
        }
        System.exit(run(root, name, words.contains("--running"), words.contains("--write"), System.out) ? 0 : 1);
    }

    private static boolean run(Path root, String name, boolean running, boolean write, PrintStream out) {
        String load = Conditions.load();
        String id = Long.toString(System.currentTimeMillis() / 1000, 36);
        Plan plan = name.equals("quick") ? Plan.quick(id) : Plan.whole(id);
        var report = new Report(System.err);
        boolean all = name.equals("all") || name.equals("quick");
        var target = running ? Target.running(root) : Target.own(root);
        // also when it is interrupted: nothing may be left running
        var ending = new Thread(target::close);
        Runtime.getRuntime().addShutdownHook(ending);
        if (!running) {
            report.say("starting a system of its own under %s", target.home());
            target.up(Map.of());
        }
        if (all || name.equals("edge")) {
            new EdgeBench(target, plan, report).run();
        }
        if (all || name.equals("accepted")) {
            new AcceptedBench(target, plan, report).run();
        }
        if (name.equals("queue")) {
            var raw = new Series("raw RocketMQ sync send", RawQueue.THREADS + " threads one by one");
            new RawQueue(target).measure(raw, plan.runs(), plan.rawSeconds(), plan.rawWarmUp());
            report.limit(raw);
        }
        if (all || name.equals("rows")) {
            report.say("raw batched inserts");
            var rows = new Series("raw inserts into a table like orders", "1 connection, batches of " + RawRows.BATCH);
            new RawRows(target).measure(rows, plan.runs(), plan.rawSeconds());
            report.alone(rows);
        }
        String markdown = report.markdown(name, Conditions.here(root, load));
        out.append(markdown).flush();
        if (write) {
            report.say("written to %s", Report.write(root, name, markdown));
        }
        return report.allMet();
    }

    private Bench() {}
}
