package io.flashsale.bench;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Offer;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Sample;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Gives each load an item of its own, and has what came of it judged by the checker of the tests: every answer against the rows and
 * keys in the stores. What broke an invariant gives no figure.
 */
final class Sales {

    private static final Duration TIME_TO_SETTLE = Duration.ofSeconds(90);
    private static final Duration OPEN_FOR = Duration.ofHours(6);

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final List<Target.Buyer> buyers;
    private final String durability;
    private int number;
    private int broken;
    private long attempts;
    private long orders;

    Sales(Target target, Plan plan, int buyers, Report report) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.durability = durability(target);
        report.say("making %d buyers", buyers);
        this.buyers = target.buyers(buyers, "buyer");
    }

    int buyers() {
        return buyers.size();
    }

    List<Target.Buyer> pool() {
        return buyers;
    }

    /** When each store brings to the disk what it was told, as it is set. */
    String durability() {
        return durability;
    }

    /** Of a crowd. */
    String conditions(double seconds) {
        return "%d at a time, %.0f s, with request keys, %s".formatted(Demand.AT_ONCE, seconds, durability);
    }

    /**
     * Publishes, sells, waits until nothing is owed between the stores, judges, and ends the promo, so that later loads do not pay for
     * its reconciliation.
     *
     * @return empty if an invariant was broken
     */
    Optional<Sale> sell(String name, Demand demand) {
        Offer offer = publish(name, demand.stock());
        String sku = offer.sku();
        var requests = new Requests(sku, buyers);
        try (var stores = new Stores(target.installation());
                var watch = new Watch(target, sku, demand.watched());
                var generator = new Generator(target.port("EDGE"), demand.connections())) {
            generator.open(demand.open());
            Optional<Syncs> syncs = demand.fsyncsCounted() ? Optional.of(Syncs.begin(target)) : Optional.empty();
            Noise others = Noise.begin();
            Usage before = Usage.of(target.home());
            History history = generator.drive(demand.load(), requests);
            Usage after = Usage.of(target.home());
            others.end();
            double noise = Noise.last();
            long accepted = history.codes().getOrDefault(History.RESERVED, 0L);
            String fsyncs = syncs.map(counted -> counted.end(accepted)).orElse("");
            Map<String, Double> cpu = after.microsSince(before, accepted);
            cpu.put("generator", generator.cpuNanos() / 1e3 / Math.max(1, accepted));
            return settled(name, offer, history.attempts(sku, buyers), stores, watch)
                    ? Optional.of(new Sale(sku, demand.seconds(), history, watch.samples(), cpu, fsyncs, noise))
                    : Optional.empty();
        }
    }

    /**
     * The same around a load that another program brings about.
     *
     * @param load buys units of this SKU, as the buyers of {@link #csv} and one at a time, and tells of every attempt
     * @return whether no invariant was broken
     */
    boolean sell(String name, int stock, Function<String, List<Attempt>> load) {
        return sell(publish(name, stock), name, load);
    }

    /**
     * The same of a sale that opens later.
     *
     * @param limit units that one buyer may have
     */
    boolean sell(String name, int stock, int limit, Instant opens, Function<String, List<Attempt>> load) {
        String sku = sku(name);
        Instant closes = opens.plus(OPEN_FOR);
        target.publish(sku, stock, opens.toString(), closes.toString(), "--limit", Integer.toString(limit));
        var offer = new Offer(sku, stock, 0, 0, limit, Map.of(), 0, 1999, "CNY", opens, closes);
        return sell(offer, name, load);
    }

    private boolean sell(Offer offer, String name, Function<String, List<Attempt>> load) {
        try (var stores = new Stores(target.installation());
                var watch = new Watch(target, offer.sku(), Demand.NOW_AND_THEN)) {
            return settled(name, offer, load.apply(offer.sku()), stores, watch);
        }
    }

    /** The buyers as {@code ./flashsale buyers} prints them. */
    String csv() {
        return "userID,userLevel,sessionID\n"
                + buyers.stream()
                        .map(buyer -> "%s,%d,%s\n".formatted(buyer.userId(), buyer.level(), buyer.session()))
                        .collect(Collectors.joining());
    }

    private String sku(String name) {
        return "%s-%s-%d".formatted(name, plan.id(), ++number);
    }

    private Offer publish(String name, int stock) {
        String sku = sku(name);
        Instant opens = Instant.now().minusSeconds(1);
        target.publish(sku, stock);
        return new Offer(sku, stock, 0, 0, null, Map.of(), 0, 1999, "CNY", opens, opens.plus(OPEN_FOR));
    }

    private boolean settled(String name, Offer offer, List<Attempt> asked, Stores stores, Watch watch) {
        settle(stores, offer.sku());
        watch.held();
        target.flashsale("promo", "end", offer.sku());
        return judge(name, offer, asked, watch.samples(), stores);
    }

    /** How many loads were judged, and what came of it. */
    void reportVerdicts(String loads) {
        report.mark(Mark.atMost(
                "%s that broke an invariant, of %d judged with %,d attempts and %,d orders"
                        .formatted(loads, number, attempts, orders),
                broken,
                0,
                Unit.COUNT));
    }

    private boolean judge(String name, Offer offer, List<Attempt> asked, List<Sample> samples, Stores stores) {
        Dump dump = stores.dump(List.of(offer.sku()));
        Verdict verdict = Checker.check(new Run(List.of(offer), asked, List.of(), samples, dump));
        attempts += asked.size();
        orders += dump.orders().size();
        if (verdict.status() == Verdict.Status.GREEN) {
            return true;
        }
        broken++;
        report.say("%s gives no figure, the checker says %s", name, verdict);
        return false;
    }

    private static String durability(Target target) {
        return "fsync: Redis %s, broker %s, InnoDB %s"
                .formatted(
                        target.setting("redis/redis.conf", "appendfsync"),
                        target.setting("rocketmq/broker.conf", "flushDiskType"),
                        target.setting("mysql/mariadb.cnf", "innodb_flush_log_at_trx_commit"));
    }

    /** Cheap looks at the counters until they agree, since the whole look reads every reservation. What never settles, the checker tells. */
    private static void settle(Stores stores, String sku) {
        Dump.Item item = stores.item(sku);
        long deadline = System.nanoTime() + TIME_TO_SETTLE.toNanos();
        while (System.nanoTime() < deadline) {
            List<Long> held =
                    stores.samples(item).stream().map(Sample::held).distinct().toList();
            if (held.size() == 1 && stores.settled(sku)) {
                return;
            }
            Clock.pass(0.1);
        }
    }
}
