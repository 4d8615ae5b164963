package io.flashsale.e2e.client;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Offer;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Sample;
import io.flashsale.e2e.checker.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One test's own sale: its SKUs, its buyers and its history; watched while it runs, and judged when it has settled.
 */
public final class Sale implements AutoCloseable {

    /** A provider whose event was not taken tries again after 1, 2, 4 … seconds, and is asked after a minute. */
    private static final Duration TIME_TO_SETTLE = Duration.ofSeconds(90);

    private final Installation installation;
    private final Operator operator;
    private final Stores stores;
    private final History history;
    private final Shop shop;
    private final List<Offer> offers = new ArrayList<>();
    private final Map<String, Buyer> buyers = new HashMap<>();
    private final List<Sample> samples = Collections.synchronizedList(new ArrayList<>());
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    private final String prefix;

    /** Publishes the terms; {@code name} also names the history's file. */
    public Sale(String name, Terms... terms) {
        this(name, true, terms);
    }

    /** A sale of terms that somebody else has published. */
    public static Sale published(String name, Terms... terms) {
        return new Sale(name, false, terms);
    }

    private Sale(String name, boolean publish, Terms... terms) {
        this.installation = Installation.fromEnvironment();
        this.operator = new Operator(installation);
        this.stores = new Stores(installation);
        this.prefix = terms[0].sku().toLowerCase(java.util.Locale.ROOT);
        this.history = new History(Path.of("target", "histories", name + "-" + prefix + ".jsonl"));
        this.shop = new Shop(installation, history);
        for (Terms each : terms) {
            if (publish) {
                operator.publish(each);
            } else {
                operator.awaitKnown(each.sku());
            }
            offers.add(each.offer());
            var item = stores.item(each.sku());
            sampler.scheduleWithFixedDelay(() -> samples.addAll(stores.samples(item)), 0, 40, TimeUnit.MILLISECONDS);
        }
    }

    public Installation installation() {
        return installation;
    }

    public Operator operator() {
        return operator;
    }

    public Stores stores() {
        return stores;
    }

    public Shop shop() {
        return shop;
    }

    public History history() {
        return history;
    }

    public String sku() {
        return offers.get(0).sku();
    }

    public List<Buyer> buyers(int count, int level) {
        List<Buyer> made = operator.buyers(count, level, prefix + "-l" + level + "-");
        made.forEach(b -> buyers.put(b.userId(), b));
        return made;
    }

    public Buyer buyer() {
        List<Buyer> made = operator.buyers(1, 1, prefix + "-n" + buyers.size() + "-");
        buyers.put(made.get(0).userId(), made.get(0));
        return made.get(0);
    }

    public void know(List<Buyer> others) {
        others.forEach(b -> buyers.put(b.userId(), b));
    }

    public List<String> skus() {
        return offers.stream().map(Offer::sku).toList();
    }

    public void topUp(String sku, int units) {
        operator.topUp(sku, units);
        offers.replaceAll(o -> o.sku().equals(sku) ? o.toppedUpBy(units) : o);
    }

    /** Of the first SKU, without the time that a command takes to start. */
    public void withdrawAtOnce(int units) {
        operator.withdrawAtOnce(sku(), units);
        offers.set(0, offers.get(0).withdrawnBy(units));
    }

    public void withdraw(String sku, int units) {
        operator.withdraw(sku, units);
        offers.replaceAll(o -> o.sku().equals(sku) ? o.withdrawnBy(units) : o);
    }

    /**
     * Waits until nothing is owed between the stores, asks for every order whose fate its buyer does not know, reads the stores and
     * judges. What has not settled in time is judged as it is.
     */
    public Run settle() {
        try {
            for (Offer offer : offers) {
                Awaitility.await(offer.sku() + " settles")
                        .atMost(TIME_TO_SETTLE)
                        .pollInterval(Duration.ofMillis(100))
                        .ignoreExceptions()
                        .until(() -> stores.settled(offer.sku()));
            }
        } catch (ConditionTimeoutException stillOwed) {
            // the dump shows it, and the checker says which invariant it breaks
        }
        sampler.shutdown();
        readUnknown();
        return new Run(offers, history.attempts(), history.readings(), List.copyOf(samples), stores.dump(skus()));
    }

    /** {@link #settle} and the verdict. */
    public Verdict verdict() {
        return Checker.check(settle());
    }

    /** Buyers who were left without a final answer ask, and a sample of the others, too. */
    private void readUnknown() {
        int sampled = 0;
        Map<String, String> ask = new HashMap<>();
        for (Attempt attempt : history.attempts()) {
            String id = attempt.orderId();
            if (id != null && (attempt.kind() == Attempt.Kind.UNKNOWN || sampled++ < 20)) {
                ask.put(id, attempt.userId());
            }
        }
        ask.forEach((id, user) -> Optional.ofNullable(buyers.get(user)).ifPresent(b -> awaitFinal(b, id)));
    }

    private void awaitFinal(Buyer buyer, String id) {
        try {
            Awaitility.await("a final answer for " + id)
                    .atMost(Duration.ofSeconds(5))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(() -> !"PENDING".equals(shop.order(buyer, id).state()));
        } catch (ConditionTimeoutException undecided) {
            // the reading below says so
        }
        shop.order(buyer, id, true);
    }

    @Override
    public void close() {
        sampler.shutdownNow();
        shop.close();
        history.close();
        stores.close();
    }
}
