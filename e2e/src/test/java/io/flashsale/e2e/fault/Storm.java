package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Hops;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A sale of more wishes than units, with something that strikes in its middle. Buyers arrive at a steady pace that the machine
 * holds, whatever becomes of those before them, and repeat with their keys until they know; one winner in ten pays, in one of the
 * ways that go wrong at first. Afterwards everything is repaired, has settled, and is judged; what the fault cost goes into the
 * report.
 */
final class Storm implements AutoCloseable {

    /** At the fastest pace; at a slower one as many as come in the same time. */
    private static final int STOCK = 1500;

    private static final int BUYERS = 1800;
    private static final int WITNESSES = 50;
    /** Who waits for an answer at the same time: more than a fault of some seconds makes wait. */
    private static final int CONCURRENCY = 512;
    /** Longer than any part needs to start on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final String fault;
    private final String cases;
    private final Sale sale;
    private final Processes processes;
    private final Crowd crowd;
    private final Payers payers;
    private final List<Basket> baskets;
    private final List<Buyer> witnesses;
    private final Watch watch;
    private final Duration between;
    private final int stock;
    private @Nullable CompletableFuture<List<Shop.Told>> answers;
    private @Nullable Instant struck;
    private @Nullable Instant healed;

    /**
     * @param fault its name in the report
     * @param cases which of the listed faults it is, as {@code F-05}
     */
    Storm(String fault, String cases) {
        this.fault = fault;
        this.cases = cases;
        this.between = Pace.find();
        this.stock = scaled(STOCK);
        String name = fault.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "-");
        this.sale = new Sale(
                name,
                Terms.of(name.substring(0, Math.min(24, name.length())), stock).limit(1));
        this.processes = new Processes(sale.installation());
        List<Buyer> buyers = sale.buyers(WITNESSES + scaled(BUYERS), 1);
        // set apart for what a test wants to do by itself
        this.witnesses = buyers.subList(0, WITNESSES);
        this.baskets = new ArrayList<>();
        for (Buyer buyer : buyers.subList(WITNESSES, buyers.size())) {
            String key = baskets.size() % 40 == 0 ? null : "once";
            baskets.add(new Basket(buyer, sale.sku(), 1, key));
        }
        Collections.shuffle(baskets, new Random(7));
        this.payers = new Payers(sale.shop(), PATIENCE);
        this.crowd = new Crowd(sale.shop(), CONCURRENCY, PATIENCE, between, payers::heard);
        this.watch = new Watch(sale.installation());
    }

    Sale sale() {
        return sale;
    }

    Processes processes() {
        return processes;
    }

    Hops hops() {
        return RunningSystem.hops();
    }

    Buyer witness(int number) {
        return witnesses.get(number);
    }

    /** As many of so many as come at this storm's pace. */
    private int scaled(int atTheFastest) {
        return (int) Math.ceil((double) atTheFastest * Pace.FASTEST.toMillis() / between.toMillis());
    }

    /** Begins the sale; returns when so many buyers, at the fastest pace, have had their answer. */
    Storm begin(int answered) {
        watch.start();
        answers = crowd.start(baskets);
        Awaitility.await("the sale is under way")
                .atMost(Pace.FASTEST.multipliedBy(answered).plusSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> crowd.done() >= scaled(answered));
        return this;
    }

    /** The fault, now. */
    Storm strike(Runnable fault) {
        struck = Instant.now();
        fault.run();
        return this;
    }

    /** What ends the fault, or begins to: the time until everybody is served again counts from here. */
    Storm heal(Runnable mend) {
        healed = Instant.now();
        mend.run();
        return this;
    }

    /** {@link #heal} by what an operator does: {@code ./flashsale up}. */
    Storm repair() {
        return heal(sale.operator()::repair);
    }

    /** How long a fault lasts that ends by itself. */
    Storm lasting(Duration span) {
        Instant end = Instant.now().plus(span);
        Awaitility.await("the fault's time is over")
                .atMost(span.plusSeconds(5))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Instant.now().isAfter(end));
        return this;
    }

    /** Waits for the last buyer, and judges. All units must have found a buyer. */
    Run end() {
        CompletableFuture<List<Shop.Told>> last = answers;
        if (last == null) {
            throw new IllegalStateException("the sale has not begun");
        }
        List<Shop.Told> told;
        try {
            told = last.get(PATIENCE.toSeconds() + 30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("buyers were left without an answer; " + crowd.done() + " have one", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        payers.await(PATIENCE);
        watch.awaitReady();
        Run run = sale.settle();
        Verdict verdict = Checker.check(run);
        assertThat(verdict.status()).as("%s\n%s", verdict, Crowd.codes(told)).isEqualTo(Verdict.Status.GREEN);
        var item = run.dump().items().get(0);
        assertThat(item.held() + item.sold()).as("%s", Crowd.codes(told)).isEqualTo(stock);
        assertThat(item.sold())
                .as("units that were paid for")
                .isEqualTo(payers.decided())
                .isPositive();
        if (struck != null) {
            Report.add(Figures.of(
                    fault,
                    cases,
                    Report.commit(sale.installation()),
                    run,
                    watch,
                    struck,
                    healed == null ? struck : healed));
        }
        // It need not be rebuilt with the next sale's items.
        sale.operator().persist(sale.sku(), "end");
        return run;
    }

    /**
     * As good as no buyer was told to come again later. Where a busy machine lets a process stand still for a second, the edge's
     * news are old and the gate is shut for a blink; a hundredth of the attempts, at the storm's pace an eighth of a second, is no
     * blink.
     */
    static void assertGateStayedOpen(Run run) {
        List<Attempt> shutOut = run.attempts().stream()
                .filter(attempt -> "BUSY".equals(attempt.code()) || "NOT_READY".equals(attempt.code()))
                .toList();
        assertThat(shutOut)
                .as("buyers who met a closed gate")
                .hasSizeLessThan(run.attempts().size() / 100);
    }

    /** Waits until so many orders, at the fastest pace, are rows. */
    void awaitRows(int count) {
        Awaitility.await(count + " orders are rows")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    var item = sale.stores().item(sale.sku());
                    return item.held() + item.sold() >= scaled(count);
                });
    }

    @Override
    public void close() {
        watch.close();
        sale.close();
    }
}
