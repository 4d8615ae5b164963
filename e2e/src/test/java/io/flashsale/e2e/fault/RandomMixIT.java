package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Leavers;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Everything at once: sale after sale of short holds, in which people buy, pay, cancel and let it be, while parts die, hang and lose
 * each other. Each sale is judged when it has settled. {@code ./flashsale test fault --minutes N --seed S} says for how long, and
 * which strikes; what was struck when is in {@code target/faults}.
 */
@FaultTest
class RandomMixIT {

    private static final int STOCK = 2500;
    private static final int BUYERS = 6000;
    private static final Duration BETWEEN = Duration.ofMillis(10);
    private static final Duration HOLD = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** The strikes of one sale; what comes after them is calm. */
    private static final Duration STRIKING = Duration.ofSeconds(75);

    @Test
    @Selected
    void whatever_happens_every_unit_is_accounted_for() throws IOException {
        long minutes = Long.getLong("flashsale.fault.minutes", 1);
        long seed = Long.getLong("flashsale.fault.seed", new Random().nextInt(1_000_000));
        Files.createDirectories(Path.of("target", "faults"));
        Path log = Path.of("target", "faults", "random-" + seed + ".log");
        Files.deleteIfExists(log);
        say(log, "seed " + seed + ", " + minutes + " minutes");
        Random random = new Random(seed);
        Instant end = Instant.now().plus(Duration.ofMinutes(minutes));
        for (int round = 1; round == 1 || Instant.now().isBefore(end); round++) {
            say(log, round(random.nextLong(), round, end, log));
        }
    }

    /** @return a line for people */
    private static String round(long seed, int number, Instant end, Path log) {
        try (var sale =
                new Sale("random-" + number, Terms.of("RANDOM", STOCK).limit(1).hold(HOLD))) {
            List<Basket> baskets = new ArrayList<>();
            for (Buyer buyer : sale.buyers(BUYERS, 1)) {
                baskets.add(new Basket(buyer, sale.sku(), 1, baskets.size() % 40 == 0 ? null : "once"));
            }
            var payers = new Payers(sale.shop(), PATIENCE);
            var leavers = new Leavers(sale.shop(), PATIENCE);
            var crowd = new Crowd(sale.shop(), 512, PATIENCE, BETWEEN, (basket, told) -> {
                payers.heard(basket, told);
                leavers.heard(basket, told);
            });
            var nemesis = new Nemesis(seed, sale, RunningSystem.hops(), log);
            var striking = new Thread(nemesis, "nemesis");
            striking.start();
            List<Shop.Told> told = last(crowd, crowd.start(baskets), nemesis, end);
            join(striking);
            RunningSystem.hops().heal();
            sale.operator().repair();
            payers.await(PATIENCE);
            leavers.await(PATIENCE);
            awaitNoHolds(sale);
            Run run = sale.settle();
            Verdict verdict = Checker.check(run);
            String summary = "sale %d of seed %d: %s; %s; %d strikes"
                    .formatted(
                            number,
                            seed,
                            verdict,
                            Crowd.codes(told),
                            nemesis.struck().size());
            assertThat(verdict.status()).as(summary).isEqualTo(Verdict.Status.GREEN);
            sale.operator().persist(sale.sku(), "end");
            return summary;
        }
    }

    /** The crowd's last answers; the nemesis stops when nearly all buyers have come, or the time is over. */
    private static List<Shop.Told> last(
            Crowd crowd, CompletableFuture<List<Shop.Told>> answers, Nemesis nemesis, Instant end) {
        try {
            Instant calm = Instant.now().plus(STRIKING);
            Awaitility.await("the end of the strikes")
                    .atMost(STRIKING.plusSeconds(10))
                    .until(() -> crowd.done() > BUYERS * 9 / 10
                            || Instant.now().isAfter(calm)
                            || Instant.now().isAfter(end));
            nemesis.stop();
            return answers.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("buyers were left without an answer; " + crowd.done() + " have one", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            nemesis.stop();
        }
    }

    private static void awaitNoHolds(Sale sale) {
        Awaitility.await("the last hold has run out")
                .atMost(HOLD.plusSeconds(60))
                .ignoreExceptions()
                .until(() -> sale.stores().item(sale.sku()).held() == 0);
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofMinutes(5).toMillis());
            assertThat(thread.isAlive()).as("the last strike has ended").isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void say(Path log, String line) throws IOException {
        System.out.println(line);
        Files.writeString(
                log,
                Instant.now() + " " + line + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }
}
