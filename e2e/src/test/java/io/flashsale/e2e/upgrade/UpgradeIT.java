package io.flashsale.e2e.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.e2e.client.Twin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class UpgradeIT {

    /** Longer than a part needs to start on a busy machine, beside all others and a twin. */
    private static final Duration PATIENCE = Duration.ofSeconds(300);
    /** How long buyers can go on to come. */
    private static final int LONGEST_SECONDS = 900;

    private static final int STOCK = LONGEST_SECONDS * Arrivals.A_SECOND + 1000;
    /** Orders that become rows while the old and the new one of two parts work side by side. */
    private static final int TOGETHER = 100;
    /** What is left for those who come when all is upgraded. */
    private static final int LAST_UNITS = 200;

    private final Installation installation = Installation.fromEnvironment();
    private final Operator operator = new Operator(installation);
    private final Processes processes = new Processes(installation);

    @Test
    void parts_are_replaced_one_by_one_under_load_and_every_unit_is_accounted_for() {
        int before = libraryInRedis();
        try (var sale = new Sale("upgrade", Terms.of("UPGRADE", STOCK).limit(1))) {
            var payers = new Payers(sale.shop(), PATIENCE);
            try (var arrivals = new Arrivals(sale, payers, PATIENCE, LONGEST_SECONDS)) {
                arrivals.begin();
                awaitMoreOrders(sale);
                assertThat(upgrade("namesrv", "broker", "redis", "mysql")).contains("broker");
                awaitMoreOrders(sale);
                upgradeBesideATwin(sale, "consumer");
                upgradeBesideATwin(sale, "backend");
                assertThat(upgrade()).contains("cms", "sandbox", "edge");
                awaitMoreOrders(sale);
                assertThat(Crowd.codes(arrivals.end())).containsOnlyKeys("RESERVED");
            }
            sellTheRest(sale, payers);
            payers.await(PATIENCE);

            Run run = sale.settle();
            Verdict verdict = Checker.check(run);
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
            assertThat(run.dump().items().get(0).sold())
                    .as("units that were paid for")
                    .isEqualTo(payers.decided())
                    .isPositive();
        }
        assertThat(libraryInRedis()).isGreaterThanOrEqualTo(before).isEqualTo(ownLibrary());
        assertThat(upgrade()).as("nothing is left to replace").isEmpty();
    }

    /** Another one of the old version goes on while the new one starts, and for a while beside it. */
    private void upgradeBesideATwin(Sale sale, String part) {
        try (var old = new Twin(processes, part)) {
            awaitMoreOrders(sale);
            assertThat(upgrade(part)).containsExactly(part);
            awaitMoreOrders(sale);
            old.end();
        }
    }

    /** To the last unit, and beyond: what the old edges held of the item's state was not taken over. */
    private void sellTheRest(Sale sale, Payers payers) {
        Awaitility.await("all orders are rows")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> sale.stores().settled(sale.sku()));
        sale.withdraw(sale.sku(), (int) sale.stores().item(sale.sku()).available() - LAST_UNITS);
        List<Buyer> last = operator.buyers(LAST_UNITS + 50, 1, "last-");
        sale.know(last);
        List<Basket> baskets = last.stream()
                .map(buyer -> new Basket(buyer, sale.sku(), 1, "once"))
                .toList();
        var crowd = new Crowd(sale.shop(), 50, PATIENCE, Duration.ofMillis(10), payers::heard);
        Map<String, Long> codes = Crowd.codes(crowd.run(baskets));
        assertThat(codes).containsEntry("RESERVED", (long) LAST_UNITS);
        assertThat(codes.keySet()).isSubsetOf("RESERVED", "ALL_RESERVED", "SOLD_OUT");
    }

    private void awaitMoreOrders(Sale sale) {
        long from = orders(sale);
        Awaitility.await(TOGETHER + " more orders are rows")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> orders(sale) >= from + TOGETHER);
    }

    private static long orders(Sale sale) {
        var item = sale.stores().item(sale.sku());
        return item.held() + item.sold();
    }

    /** {@code ./flashsale upgrade PART…}; tells which were replaced. */
    private Set<String> upgrade(String... parts) {
        String[] arguments = new String[parts.length + 1];
        arguments[0] = "upgrade";
        System.arraycopy(parts, 0, arguments, 1, parts.length);
        Operator.Ended ended = operator.flashsale(arguments);
        assertThat(ended.exit()).as(ended.output()).isZero();
        System.out.print(ended.output());
        return Pattern.compile("(?m)^ {2}(\\w+) is ready, with its changed")
                .matcher(ended.output())
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(java.util.stream.Collectors.toSet());
    }

    private int libraryInRedis() {
        Operator.Ended ended = operator.flashsale("redis", "FCALL_RO", "version", "0");
        return Integer.parseInt(ended.output().strip());
    }

    private int ownLibrary() {
        var line = Pattern.compile("(?m)^local VERSION = (\\d+)$")
                .matcher(Installation.read(installation.root().resolve("edge-lua/redis/flashsale.lua")));
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(1));
    }
}
