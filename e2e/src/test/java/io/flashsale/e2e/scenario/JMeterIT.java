package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Operator.Ended;
import io.flashsale.e2e.client.Stores;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plans of {@code jmeter/}, in short, by {@code jmeter/run}: the shop answers as they expect, and they notice where it does not. */
class JMeterIT {

    private static final Pattern SUMMARY = Pattern.compile("summary = +(\\d+) in .* Err: +(\\d+) ");

    /** The last columns: userID, userLevel, requestID, code, orderID. */
    private static final Pattern RESERVED = Pattern.compile(",([^,]+),1,[^,]+,RESERVED,([^,]+)$");

    private static final String SETTLED = "RESERVED|SOLD_OUT|ALL_RESERVED";

    private final Installation installation = Installation.fromEnvironment();
    private final Operator operator = new Operator(installation);
    private final Stores stores = new Stores(installation);
    private final Path folder = Path.of("target", "jmeter").toAbsolutePath();

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void people_load_the_page_and_the_item() {
        Terms terms = publish(Terms.of("JM-PAGE", 10));
        Ended ended = jmeter("item-page", terms, List.of("-Jthreads=20", "-Jramp=1", "-Jloops=5"));
        assertThat(requests(ended)).isEqualTo(20 * 5 * 2);
        assertThat(folder.resolve("item-page/report/index.html"))
                .content()
                .contains("Apache JMeter Dashboard", "statisticsTable");
    }

    @Test
    void a_stampede_sells_every_unit_once_and_repeated_finds_the_same_orders() throws IOException {
        Terms terms = publish(Terms.of("JM-CROWD", 50));
        var settings = List.of(buyers(terms, 200), "-Jthreads=40", "-Jramp=1", "-Jrun=one");
        // the plan asks once, and an answer may be late
        assertThat(requests(jmeter("stampede", terms, with(settings, "-Jcodes=PENDING|" + SETTLED))))
                .isEqualTo(200);
        Map<String, String> first = ordersOfBuyers("stampede");
        awaitHeld(terms, 50);
        assertThat(requests(jmeter("stampede", terms, with(settings, "-Jcodes=" + SETTLED))))
                .isEqualTo(200);
        assertThat(ordersOfBuyers("stampede")).hasSize(50).containsAllEntriesOf(first);
        awaitHeld(terms, 50);
    }

    private static List<String> with(List<String> settings, String one) {
        return Stream.concat(settings.stream(), Stream.of(one)).toList();
    }

    @Test
    void buyers_arrive_at_a_rate_and_each_gets_an_order() throws IOException {
        Terms terms = publish(Terms.of("JM-OPEN", 1000));
        List<String> settings = List.of(buyers(terms, 50), "-Jrate=20", "-Jseconds=5");
        assertThat(requests(jmeter("open-model", terms, settings))).isEqualTo(100);
        awaitHeld(terms, 100);
    }

    @Test
    void in_a_soak_half_of_the_orders_are_given_back_and_the_rest_run_out() throws IOException {
        Terms terms = publish(Terms.of("JM-SOAK", 1000).hold(Duration.ofSeconds(10)));
        List<String> settings =
                List.of(buyers(terms, 100), "-Jthreads=4", "-Jseconds=6", "-Jpause=20", "-Jcodes=RESERVED");
        jmeter("soak", terms, settings);
        long reserved = count("soak", ",POST /buy,200,.*,RESERVED,");
        long cancelled = count("soak", ",DELETE /api/cart/\\{id\\},200,");
        assertThat(cancelled).as("of %d orders", reserved).isBetween(reserved / 2 - 4, reserved / 2 + 4);
        assertThat(cancelled).isPositive();
        assertThat(count("soak", ",GET /api/cart,200,")).isPositive();
        awaitHeld(terms, 0);
        assertThat(orders(terms, "CANCELLED")).isEqualTo(cancelled);
        assertThat(orders(terms, "EXPIRED")).isEqualTo(reserved - cancelled);
    }

    @Test
    void an_answer_that_a_plan_does_not_expect_fails_it_and_is_named() throws IOException {
        Terms terms = publish(Terms.of("JM-ONE", 1));
        List<String> settings = List.of(buyers(terms, 3), "-Jthreads=1", "-Jcodes=RESERVED");
        Ended ended = run("stampede", terms, settings);
        assertThat(ended.exit()).as(ended.output()).isEqualTo(1);
        assertThat(ended.output())
                .containsPattern("Err: +2 ")
                .containsPattern("2 +POST /buy: 409 answered (ALL_RESERVED|SOLD_OUT)");
    }

    @Test
    void what_cannot_run_is_told_apart_from_wrong_answers() {
        Terms terms = Terms.of("JM-NONE", 1);
        assertThat(run("no-such-plan", terms, List.of())).satisfies(JMeterIT::isMisused);
        assertThat(run("stampede", terms, List.of("--threads=5"))).satisfies(JMeterIT::isMisused);
        assertThat(run("stampede", terms, List.of("-Jcsv=no-such-file"))).satisfies(JMeterIT::isMisused);
        Ended nobody = run("item-page", terms, List.of("-Jthreads=0"));
        assertThat(nobody.exit()).as(nobody.output()).isEqualTo(3);
    }

    private static void isMisused(Ended ended) {
        assertThat(ended.exit()).as(ended.output()).isEqualTo(2);
        assertThat(ended.output()).contains("Usage: jmeter/run PLAN", "item-page open-model soak stampede");
    }

    private Terms publish(Terms terms) {
        operator.publish(terms);
        return terms;
    }

    /** @return where the CSV of so many buyers is, as the plans are told */
    private String buyers(Terms terms, int count) throws IOException {
        var csv = new StringBuilder("userID,userLevel,sessionID\n");
        for (Buyer buyer : operator.buyers(count, 1, terms.sku().toLowerCase(Locale.ROOT) + "-")) {
            csv.append("%s,%d,%s%n".formatted(buyer.userId(), buyer.level(), buyer.session()));
        }
        Files.createDirectories(folder);
        Path file = folder.resolve(terms.sku() + ".csv");
        Files.writeString(file, csv);
        return "-Jcsv=" + file;
    }

    private Ended jmeter(String plan, Terms terms, List<String> settings) {
        Ended ended = run(plan, terms, settings);
        assertThat(ended.exit()).as(ended.output()).isZero();
        return ended;
    }

    private Ended run(String plan, Terms terms, List<String> settings) {
        List<String> command = new ArrayList<>(List.of(installation.root() + "/jmeter/run", plan));
        command.add("-Jport=" + installation.port("EDGE"));
        command.add("-Jsku=" + terms.sku());
        command.addAll(settings);
        return operator.run(
                command, Map.of("FLASHSALE_JMETER_RESULTS", folder.resolve(plan).toString()));
    }

    private static int requests(Ended ended) {
        Matcher summary = SUMMARY.matcher(ended.output());
        assertThat(summary.find()).as(ended.output()).isTrue();
        return Integer.parseInt(summary.group(1));
    }

    private void awaitHeld(Terms terms, long units) {
        Awaitility.await("%d units of %s are held in MySQL".formatted(units, terms.sku()))
                .atMost(Duration.ofSeconds(20))
                .until(() -> stores.item(terms.sku()).held() == units);
    }

    private long orders(Terms terms, String state) {
        return stores.query(
                        "SELECT COUNT(*) FROM orders WHERE sku = ? AND state = ?",
                        row -> row.getLong(1),
                        terms.sku(),
                        state)
                .get(0);
    }

    /** Who was told RESERVED, and of which order. */
    private Map<String, String> ordersOfBuyers(String plan) throws IOException {
        Map<String, String> orders = new TreeMap<>();
        for (String line : lines(plan)) {
            Matcher reserved = RESERVED.matcher(line);
            if (reserved.find()) {
                orders.put(reserved.group(1), reserved.group(2));
            }
        }
        return orders;
    }

    private long count(String plan, String pattern) throws IOException {
        return lines(plan).stream()
                .filter(Pattern.compile(pattern).asPredicate())
                .count();
    }

    private List<String> lines(String plan) throws IOException {
        return Files.readAllLines(folder.resolve(plan).resolve("results.jtl"));
    }
}
