package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.e2e.client.Waiters;
import io.flashsale.e2e.client.Waiters.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What pages that wait for news of an order cost, when they are many: a connection each, some memory, and no more questions than for a few. */
class WaitingIT {

    private static final int PAGES = 10_000;
    /** Half of a worker's connections. */
    private static final int MOST_OF_A_WORKER = 4096;

    private static final int UNITS = 40;
    private static final double MOST_KIB_OF_A_PAGE = 40;
    private static final double LOOKS_A_SECOND = 2;

    private final Installation installation = Installation.fromEnvironment();
    private final Processes processes = new Processes(installation);

    @Test
    void ten_thousand_wait_and_those_whose_order_changes_hear_of_it_soon() {
        try (var sale = new Sale("waiting", Terms.of("WAITING", UNITS).limit(1))) {
            List<Buyer> buyers = sale.buyers(PAGES, 1);
            long memoryBefore = workersKib();
            long before = System.nanoTime();
            try (var waiters = new Waiters(installation.url("EDGE", "/"), buyers)) {
                Awaitility.await("each has an answer")
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> waiters.all().stream().allMatch(w -> w.status() != 0 || w.ended()));
                long held = waiters.with(200);
                assertThat(held + waiters.with(503)).as("held, or sent away").isEqualTo(PAGES);
                assertThat(held).isBetween((long) MOST_OF_A_WORKER, (long) MOST_OF_A_WORKER * workers());
                Awaitility.await("the edge counts them")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> metric("EDGE", "flashsale_edge_events_pages") >= held);
                System.out.printf(
                        "%d pages wait, %d were sent away, after %.1f s; %.1f KiB each%n",
                        held,
                        waiters.with(503),
                        (System.nanoTime() - before) / 1e9,
                        (double) (workersKib() - memoryBefore) / held);
                assertThat((double) (workersKib() - memoryBefore) / held).isLessThan(MOST_KIB_OF_A_PAGE);

                double looksBefore = metric("BACKEND", "flashsale_backend_changes_buyers_count");
                long counted = System.nanoTime();
                List<Waiter> luckiest = waiters.all().stream()
                        .filter(w -> w.status() == 200)
                        .limit(UNITS)
                        .toList();
                List<Basket> baskets = luckiest.stream()
                        .map(w -> new Basket(w.buyer(), sale.sku(), 1, "once"))
                        .toList();
                Map<String, Long> codes = Crowd.codes(new Crowd(sale.shop(), 10, Duration.ofSeconds(30)).run(baskets));
                assertThat(codes).isEqualTo(Map.of("RESERVED", (long) UNITS));
                long bought = System.nanoTime();
                Awaitility.await("each of them hears of it")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> luckiest.stream().allMatch(w -> w.events() > 0));
                double seconds = (System.nanoTime() - counted) / 1e9;
                double looks = metric("BACKEND", "flashsale_backend_changes_buyers_count") - looksBefore;
                System.out.printf(
                        "%d orders in %.1f s, the last was heard of %.1f s later; %.1f questions a second of %d workers%n",
                        UNITS,
                        (bought - counted) / 1e9,
                        (System.nanoTime() - bought) / 1e9,
                        looks / seconds,
                        workers());
                assertThat(looks).isLessThanOrEqualTo(workers() * (LOOKS_A_SECOND * seconds + 2));
                assertThat(waiters.all())
                        .filteredOn(w -> !luckiest.contains(w))
                        .as("who bought nothing hears nothing")
                        .allMatch(w -> w.events() == 0);
            }
            Awaitility.await("who has gone is no longer counted")
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> metric("EDGE", "flashsale_edge_events_pages") < UNITS);
        }
    }

    private int workers() {
        return processes.workers().size();
    }

    /** Resident, of all workers. */
    private long workersKib() {
        return processes.workers().stream().mapToLong(WaitingIT::kib).sum();
    }

    private static long kib(long pid) {
        try {
            Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB")
                    .matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
            assertThat(resident.find()).isTrue();
            return Long.parseLong(resident.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double metric(String part, String name) {
        return Http.send("GET", installation.url(part, "/metrics"), null)
                .body()
                .lines()
                .filter(line -> line.matches(Pattern.quote(name) + "(\\{.*})? .*"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
