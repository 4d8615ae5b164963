package io.flashsale.bench;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.client.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a reservation takes in Redis, and what the consumer's heap holds while orders wait in the queue. */
final class MemoryBench {

    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    private static final int LOOKS = 3;

    private final Target target;
    private final Plan plan;
    private final OrderPlan orders;
    private final Report report;

    MemoryBench(Target target, Plan plan, OrderPlan orders, Report report) {
        this.target = target;
        this.plan = plan;
        this.orders = orders;
        this.report = report;
    }

    /** Of every key that a sale writes, by what Redis itself counts. */
    Series reservations(Sales sales) {
        var bytes = new Series(
                "Redis memory of a reservation",
                "growth of used_memory by reservations that are each another buyer's, with request keys",
                Unit.BYTES);
        long before = usedMemory();
        sales.sell("EACH", Demand.eachOnce(sales.buyers(), plan.warmUp())).ifPresent(sale -> {
            bytes.add((usedMemory() - before) / (double) sale.rows(), Double.NaN);
            bytes.note(byKey(sale));
        });
        return bytes;
    }

    /** The marks on both. */
    void run(Series reservation) {
        if (!reservation.values().isEmpty()) {
            report.alone(reservation);
            report.mark(Mark.atMost(reservation.name(), reservation, 450));
        }
        if (!target.owned()) {
            return;
        }
        Series small = heap(orders.drained());
        Series large = heap(orders.queued());
        if (!small.values().isEmpty() && !large.values().isEmpty()) {
            report.alone(small);
            report.growth(large, small);
            report.mark(
                    Mark.atMost("%s, to that with %,d".formatted(large.name(), orders.drained()), large, small, 1.10));
        }
    }

    private Series heap(int size) {
        var live = new Series(
                "consumer's live heap with %,d orders queued".formatted(size),
                "after a full collection, %d looks in the first seconds of the drain".formatted(LOOKS),
                Unit.MEBIBYTES);
        report.say("the consumer's heap with %d orders queued", size);
        try (var stores = new Stores(target.installation());
                var backlog = new Backlog(target, stores, "HEAP-%s-%d".formatted(plan.id(), size), size)) {
            backlog.release();
            backlog.awaitBegun();
            List<Double> looks = new ArrayList<>();
            for (int look = 0; look < LOOKS; look++) {
                looks.add(liveBytes() / (1 << 20));
            }
            long queued = size - backlog.rows();
            double rate = backlog.awaitDrained();
            if (backlog.judged(report)) {
                looks.forEach(mebibytes -> live.add(mebibytes, Double.NaN));
                live.note(
                        "%,d still queued after the last look; resident at most %,d MiB; drained at %,.0f/s, looks included"
                                .formatted(queued, residentMebibytes(), rate));
            }
        }
        return live;
    }

    /** Of everything reachable: the histogram collects first. */
    private double liveBytes() {
        String histogram = Commands.require(
                List.of(JCMD.toString(), Long.toString(target.pid("consumer")), "GC.class_histogram"), Map.of());
        return histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .mapToDouble(line -> Double.parseDouble(line.split("\\s+")[2]))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("jcmd says: " + histogram));
    }

    private long residentMebibytes() {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(target.pid("consumer")), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM"))
                            .mapToLong(MemoryBench::digits)
                            .findFirst()
                            .orElse(0)
                    / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long usedMemory() {
        try (var stores = new Stores(target.installation())) {
            return stores.redis()
                    .info("memory")
                    .lines()
                    .filter(line -> line.startsWith("used_memory:"))
                    .mapToLong(MemoryBench::digits)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String byKey(Sale sale) {
        try (var stores = new Stores(target.installation())) {
            Dump.Item item = stores.item(sale.sku());
            List<String> parts = new ArrayList<>();
            for (String key : new StockKeys(item.sku(), item.id(), item.epoch()).all()) {
                Long bytes = stores.redis().memoryUsage(key);
                if (bytes != null && bytes >= sale.rows()) {
                    parts.add(String.format(
                            Locale.ROOT,
                            "%s %.0f",
                            key.substring(key.lastIndexOf(':') + 1),
                            bytes / (double) sale.rows()));
                }
            }
            return "%,d reservations; by key: %s".formatted(sale.rows(), String.join(", ", parts));
        }
    }

    private static long digits(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
