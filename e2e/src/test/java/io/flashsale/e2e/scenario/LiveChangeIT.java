package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Line;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.testkit.Sockets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the CMS changes while people buy, as each worker of nginx tells it. */
class LiveChangeIT {

    private static final Duration WITHIN = Duration.ofSeconds(1);
    /** The kernel spreads them over the workers. */
    private static final int LINES = 24;
    /** Questions after the new answer, none of which may hear the old one. */
    private static final int AFTERWARDS = 40;

    private static final Set<String> WITHOUT_NEWS = Set.of("UNAUTHENTICATED", "BUSY");
    private static final Duration NEWS_WITHIN = Duration.ofMillis(300);

    private final List<Line> lines = new ArrayList<>();
    private final ExecutorService askers = Executors.newFixedThreadPool(LINES);

    @AfterEach
    void hangUp() {
        askers.shutdownNow();
        lines.forEach(Line::close);
    }

    @Test
    void pause_resume_top_up_and_end_reach_every_worker_within_a_second() throws Exception {
        try (var sale = new Sale("live", Terms.of("LIVE", 2).limit(1))) {
            callEveryWorker(sale);
            assertThat(slowest(sale, "UNAUTHENTICATED")).as("it sells").isLessThan(WITHIN);

            sale.operator().change(sale.sku(), "pause");
            assertThat(slowest(sale, "PAUSED")).as("pause").isLessThan(WITHIN);

            sale.operator().change(sale.sku(), "resume");
            assertThat(slowest(sale, "UNAUTHENTICATED")).as("resume").isLessThan(WITHIN);

            for (Buyer buyer : sale.buyers(2, 1)) {
                sale.shop().win(buyer, sale.sku(), 1, "k");
            }
            assertThat(slowest(sale, "ALL_RESERVED")).as("all reserved").isLessThan(WITHIN);

            sale.topUp(sale.sku(), 5);
            assertThat(slowest(sale, "UNAUTHENTICATED")).as("top-up").isLessThan(WITHIN);

            sale.operator().change(sale.sku(), "end");
            assertThat(slowest(sale, "ENDED")).as("end").isLessThan(WITHIN);

            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        }
    }

    private void callEveryWorker(Sale sale) {
        int port = sale.installation().port("EDGE");
        for (int i = 0; i < LINES; i++) {
            lines.add(new Line(port));
            lines.get(i).code(sale.sku());
        }
        assertThat(new Processes(sale.installation()).workers()).isNotEmpty().allSatisfy(worker -> assertThat(
                        Sockets.connectedFrom(worker, port))
                .as("worker %d has one of the connections", worker)
                .isTrue());
    }

    /**
     * Whoever asks here has no session. A worker that got no time for a second has no news to go by, and asks for one before it has looked:
     * which it does at once.
     */
    private static String certain(Line line, String sku) {
        long asked = System.nanoTime();
        String said;
        do {
            said = line.code(sku);
        } while (WITHOUT_NEWS.contains(said) && System.nanoTime() - asked < NEWS_WITHIN.toNanos());
        return said;
    }

    /** How long the last of the workers took to say this code. */
    private Duration slowest(Sale sale, String code) throws InterruptedException, ExecutionException {
        long asked = System.nanoTime();
        List<Callable<Long>> questions = new ArrayList<>();
        for (Line line : lines) {
            questions.add(() -> {
                while (!line.code(sale.sku()).equals(code)) {
                    if (System.nanoTime() - asked > 5 * WITHIN.toNanos()) {
                        return 5 * WITHIN.toNanos();
                    }
                }
                long heard = System.nanoTime() - asked;
                for (int i = 0; i < AFTERWARDS; i++) {
                    assertThat(certain(line, sale.sku())).isEqualTo(code);
                }
                return heard;
            });
        }
        long slowest = 0;
        for (Future<Long> heard : askers.invokeAll(questions)) {
            slowest = Math.max(slowest, heard.get());
        }
        return Duration.ofNanos(slowest);
    }
}
