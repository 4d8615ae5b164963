package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Hops.Hop;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Phone;
import io.flashsale.e2e.client.Postman;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.testkit.HopProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Each alert of ops/prometheus/rules.yml fires by what it is there for, in the running system, and ends with it. Those that take long
 * begin first and are awaited while others are struck.
 */
@FaultTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AlertFaultIT {

    private static final int BEGINS = 1;
    private static final int LEAVES_REDIS_ALONE = 2;
    private static final int ENDS_A_LONG_ONE = 3;
    private static final int LAST = Integer.MAX_VALUE;

    private static final Installation INSTALLATION = Installation.fromEnvironment();
    private static final Operator OPERATOR = new Operator(INSTALLATION);
    private static final Processes PROCESSES = new Processes(INSTALLATION);
    private static final Alarms ALARMS = new Alarms(INSTALLATION);

    /** The sales of the troubles that take minutes, and since when. */
    private static @Nullable Sale unrefunded;

    private static @Nullable Sale unread;
    private static Instant longOnesBegan = Instant.MAX;

    @BeforeAll
    static void watch() {
        OPERATOR.up(Map.of(), "--monitoring");
        assertThat(ALARMS.all()).hasSizeGreaterThan(25);
    }

    @Test
    @Order(BEGINS)
    void long_ones_begin() {
        var sale = new Sale("unrefunded", Terms.of("UNREFUNDED", 1));
        unrefunded = sale;
        Buyer buyer = sale.buyer();
        String order = sale.shop().win(buyer, sale.sku(), 1, "once").id();
        Awaitility.await("it can be paid")
                .atMost(Duration.ofSeconds(20))
                .until(() -> sale.shop().payOnce(buyer, order).status() == 200);
        Provider.of(sale.shop(), buyer, order).pay();
        Awaitility.await("it is paid").atMost(Duration.ofSeconds(20)).until(() -> "PAID"
                .equals(sale.shop().order(buyer, order).state()));
        hop(Hop.CONSUMER_SANDBOX).refuse();
        assertThat(OPERATOR.flashsale("refund", order, "--reason", "broken").exit())
                .isZero();

        unread = new Sale("unread", Terms.of("UNREAD", 5));
        unread.stores().redis().set(keys(unread).reservations(), "not what it was");
        longOnesBegan = Instant.now();
    }

    @Test
    void the_watch_itself() {
        ALARMS.awaitWatch("FlashsaleWatched");
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void units_that_will_be_gone_within_the_minute() {
        try (var sale = new Sale("gone", Terms.of("GONE", 3000).limit(1))) {
            ALARMS.fire(
                    "66 buyers a second at 3,000 units",
                    () -> {
                        var answers = crowd(sale, 2400, Duration.ofMillis(15));
                        return answers::join;
                    },
                    "FlashsaleStockSoonGone");
            sale.operator().persist(sale.sku(), "end");
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void a_part_that_is_gone() {
        ALARMS.fire(
                "kill -9 of the CMS",
                () -> {
                    PROCESSES.kill("cms");
                    return OPERATOR::repair;
                },
                "FlashsalePartDown");
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void messages_that_cannot_become_orders() {
        try (var sale = new Sale("parked", Terms.of("PARKED", 1));
                var postman = new Postman(INSTALLATION)) {
            ALARMS.fire(
                    "a message that is no order",
                    () -> {
                        postman.send("this is no order".getBytes(StandardCharsets.UTF_8));
                        return () -> sale.stores()
                                .query("SELECT id FROM parked_message WHERE resolved_at IS NULL", row -> row.getLong(1))
                                .forEach(id -> assertThat(OPERATOR.flashsale(
                                                        "dlq", "discard", Long.toString(id), "--why", "a test sent it")
                                                .exit())
                                        .isZero());
                    },
                    "FlashsaleMessagesParked");
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void orders_that_the_consumer_cannot_write_and_that_grow_more() {
        try (var sale = new Sale("lag", Terms.of("LAG", 8000).limit(1))) {
            ALARMS.fire(
                    "no way from the consumer to MySQL, and 200 orders a second",
                    () -> {
                        hop(Hop.CONSUMER_MYSQL).blackhole();
                        var answers = crowd(sale, 8000, Duration.ofMillis(5));
                        return () -> {
                            hop(Hop.CONSUMER_MYSQL).heal();
                            answers.join();
                        };
                    },
                    "FlashsaleIntakeStands",
                    "FlashsaleQueueLagGrows");
            assertSettles(sale);
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void holds_that_cannot_be_ended() throws SQLException {
        try (var sale = new Sale("leak", Terms.of("LEAK", 3).limit(1).hold(Duration.ofSeconds(10)));
                Connection locker = sale.stores().mysql()) {
            ALARMS.fire(
                    "an item's row is locked while its holds run out",
                    () -> {
                        reserve(sale, 3);
                        try (var statement =
                                locker.prepareStatement("SELECT id FROM promo_item WHERE sku = ? FOR UPDATE")) {
                            statement.setString(1, sale.sku());
                            statement.executeQuery();
                        }
                        return locker::rollback;
                    },
                    "FlashsaleHoldsLeak");
            assertSettles(sale);
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void purchases_that_take_long() {
        try (var sale = new Sale("slow", Terms.of("SLOW", 3000).limit(1))) {
            ALARMS.fire(
                    "1.4 s from the edge to a backend and back",
                    () -> {
                        hop(Hop.EDGE_BACKEND).delay(Duration.ofMillis(700));
                        var answers = crowd(sale, 1500, Duration.ofMillis(40));
                        return () -> {
                            hop(Hop.EDGE_BACKEND).heal();
                            answers.join();
                        };
                    },
                    "FlashsalePurchasesSlow");
            assertSettles(sale);
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void a_redis_that_is_nearly_full() {
        try (var sale = new Sale("memory", Terms.of("MEMORY", 1))) {
            var redis = sale.stores().redis();
            String before = redis.configGet("maxmemory").get("maxmemory");
            ALARMS.fire(
                    "a tenth of its memory is left to Redis",
                    () -> {
                        long used = Long.parseLong(redis.info("memory")
                                .lines()
                                .filter(line -> line.startsWith("used_memory:"))
                                .findFirst()
                                .orElseThrow()
                                .substring("used_memory:".length())
                                .strip());
                        redis.configSet("maxmemory", Long.toString(used / 9 * 10));
                        return () -> redis.configSet("maxmemory", before);
                    },
                    "FlashsaleRedisMemoryShort");
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void a_disk_that_fills() {
        Path folder = INSTALLATION.home().resolve("tmp/fills");
        ALARMS.fire(
                Duration.ofMinutes(4),
                "files that grow by a twelfth of the room in ten seconds",
                () -> {
                    Files.createDirectories(folder);
                    ScheduledExecutorService grows = Executors.newSingleThreadScheduledExecutor();
                    long step = room(folder) / 12;
                    // half of the room, and never more
                    var left = new AtomicInteger(6);
                    grows.scheduleWithFixedDelay(
                            () -> {
                                if (left.getAndDecrement() > 0) {
                                    run(
                                            "fallocate",
                                            "-l",
                                            Long.toString(step),
                                            folder.resolve("file-" + left).toString());
                                }
                            },
                            0,
                            10,
                            TimeUnit.SECONDS);
                    return () -> {
                        grows.shutdownNow();
                        grows.awaitTermination(30, TimeUnit.SECONDS);
                        RedisFaultIT.delete(folder);
                    };
                },
                "FlashsaleDiskSoonFull");
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void texts_that_are_used_up() {
        String used = "fs:tries:code-all-hour:";
        Awaitility.await("one more is seen to be one more")
                .atMost(Duration.ofSeconds(60))
                .until(() -> ALARMS.value("flashsale_texts_total{outcome=\"over\"}") >= 0);
        ALARMS.fire(
                "as many texts have gone as may in an hour, and somebody asks for another",
                () -> {
                    assertThat(OPERATOR.flashsale("redis", "SET", used, "1000000", "EX", "600")
                                    .exit())
                            .isZero();
                    assertThat(new Phone(INSTALLATION, "+8613800138000").askForCode("register"))
                            .isEqualTo(503);
                    return () -> assertThat(
                                    OPERATOR.flashsale("redis", "DEL", used).exit())
                            .isZero();
                },
                "FlashsaleManyTexts");
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void more_questions_than_connections() throws SQLException {
        try (Connection owner = owner();
                Statement statement = owner.createStatement()) {
            ALARMS.fire(
                    "the table of promos is locked, and forty people of the shop look at them",
                    () -> {
                        var over = new AtomicBoolean();
                        ExecutorService people = Executors.newFixedThreadPool(40);
                        statement.execute("LOCK TABLES promo WRITE");
                        for (int i = 0; i < 40; i++) {
                            people.execute(() -> {
                                while (!over.get()) {
                                    OPERATOR.cms("GET", "/promos", null);
                                }
                            });
                        }
                        return () -> {
                            over.set(true);
                            people.shutdown();
                            statement.execute("UNLOCK TABLES");
                        };
                    },
                    "FlashsalePoolExhausted");
        }
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void a_disk_that_is_slow_for_redis() {
        ALARMS.fire(
                Duration.ofMinutes(3),
                "each flush of Redis's file takes 4 s",
                () -> {
                    Process slowness = new ProcessBuilder(
                                    "strace",
                                    "-f",
                                    "-qq",
                                    "-o",
                                    "/dev/null",
                                    "-e",
                                    "trace=fsync,fdatasync",
                                    "-e",
                                    "inject=fsync,fdatasync:delay_enter=4000000",
                                    "-p",
                                    Long.toString(PROCESSES.pid("redis")))
                            .redirectErrorStream(true)
                            .start();
                    return () -> {
                        slowness.destroy();
                        slowness.waitFor();
                    };
                },
                "FlashsaleAofDelayed");
    }

    @Test
    @Order(LEAVES_REDIS_ALONE)
    void a_shared_dict_that_is_full() {
        Path file = INSTALLATION.home().resolve("nginx/nginx.conf");
        String before = Installation.read(file);
        String small = before.replaceFirst("(lua_shared_dict fs_passed) \\w+;", "$1 64k;");
        assertThat(small).isNotEqualTo(before);
        try (var sale = new Sale("dict", Terms.of("DICT", 3000).limit(1))) {
            ALARMS.fire(
                    "2,000 buyers at an edge that can note some hundred on their way",
                    () -> {
                        Files.writeString(file, small);
                        PROCESSES.reload();
                        var answers = crowd(sale, 2000, Duration.ofMillis(5));
                        return () -> {
                            Files.writeString(file, before);
                            PROCESSES.reload();
                            answers.join();
                        };
                    },
                    "FlashsaleDictFull");
            assertSettles(sale);
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE)
    void stores_that_nobody_could_compare() {
        Sale sale = Objects.requireNonNull(unread);
        ALARMS.awaitFiring(
                Duration.ofMinutes(6),
                longOnesBegan,
                "what Redis has of an item cannot be read",
                "FlashsaleNotReconciled");
        sale.stores().redis().del(keys(sale).reservations());
        sale.operator().persist(sale.sku(), "end");
        sale.close();
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void units_that_redis_gave_away_beyond_those_published() {
        try (var sale = new Sale("surplus", Terms.of("SURPLUS", 5))) {
            awaitReconciliation(sale);
            ALARMS.fire(
                    "Redis's counter of held units is wrong",
                    () -> {
                        sale.stores().redis().hset(keys(sale).item(), "held", "9");
                        return () -> reconcile();
                    },
                    "FlashsaleInvariantViolated");
            sale.operator().persist(sale.sku(), "end");
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void what_differs_and_takes_a_person() throws SQLException {
        try (var sale = new Sale("finding", Terms.of("FINDING", 5));
                Connection owner = owner()) {
            ALARMS.fire(
                    "MySQL's counters are not the sums of its ledger",
                    () -> {
                        shift(owner, sale.sku(), 1);
                        reconcile();
                        return () -> {
                            shift(owner, sale.sku(), -1);
                            reconcile();
                        };
                    },
                    "FlashsaleFindingsOpen");
            sale.operator().persist(sale.sku(), "end");
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void an_item_that_is_rebuilt_again_and_again() throws IOException {
        try (var sale = new Sale("rebuilt", Terms.of("REBUILT", 5))) {
            String library = library();
            Awaitility.await("Prometheus has seen it whole")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> ALARMS.value("flashsale_item_epoch{sku=\"" + sale.sku() + "\"}") >= 1);
            ALARMS.fire(
                    Duration.ofMinutes(3),
                    "Redis's functions are loaded anew four times, and forget the lease",
                    () -> {
                        for (int i = 0; i < 4; i++) {
                            long epoch = sale.stores().item(sale.sku()).epoch();
                            sale.stores().redis().functionLoad(library, true);
                            Awaitility.await("it is rebuilt and sells")
                                    .atMost(Duration.ofSeconds(40))
                                    .until(() -> sale.stores().item(sale.sku()).epoch() > epoch
                                            && sale.shop()
                                                    .buyNow(sale.buyer(), sale.sku(), 1, null)
                                                    .reserved());
                        }
                        return () -> {};
                    },
                    "FlashsaleRebuildsRepeat");
            sale.operator().persist(sale.sku(), "end");
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void a_redis_that_speaks_otherwise_than_the_edge_knows() throws IOException {
        try (var sale = new Sale("nonsense", Terms.of("NONSENSE", 5).limit(1))) {
            String library = library();
            ALARMS.fire(
                    "the function that reserves answers with nonsense",
                    () -> {
                        sale.stores()
                                .redis()
                                .functionLoad(
                                        library.replace(
                                                "('reserve_line', reserve_line)",
                                                "('reserve_line', function() return redis.status_reply('TAKEN 1 soon') end)"),
                                        true);
                        Buyer buyer = sale.buyer();
                        Awaitility.await("somebody is let through to it")
                                .atMost(Duration.ofSeconds(30))
                                .until(() -> "PENDING"
                                        .equals(sale.shop()
                                                .buyNow(buyer, sale.sku(), 1, null)
                                                .code()));
                        return () -> sale.stores().redis().functionLoad(library, true);
                    },
                    "FlashsaleEdgeFaults");
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void effects_that_no_backend_can_carry() {
        try (var sale = new Sale("effects", Terms.of("EFFECTS", 3).limit(1).hold(Duration.ofSeconds(10)))) {
            ALARMS.fire(
                    "no way from the backend to Redis while holds run out",
                    () -> {
                        reserve(sale, 3);
                        hop(Hop.BACKEND_REDIS).refuse();
                        return hop(Hop.BACKEND_REDIS)::heal;
                    },
                    "FlashsaleEffectsOld");
            assertSettles(sale);
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void orders_that_do_not_get_into_the_queue() {
        try (var sale = new Sale("outbox", Terms.of("OUTBOX", 2000).limit(1))) {
            ALARMS.fire(
                    "the broker is frozen",
                    () -> {
                        var answers = crowd(sale, 800, Duration.ofMillis(25));
                        PROCESSES.freeze("broker");
                        return () -> {
                            PROCESSES.thaw("broker");
                            answers.join();
                        };
                    },
                    "FlashsaleOutboxOld",
                    "FlashsaleBreakerOpen",
                    "FlashsaleConditionFails");
            assertSettles(sale);
        }
    }

    @Test
    @Order(LAST - 2)
    void a_gate_that_is_shut_before_a_crowd() {
        try (var sale = new Sale("gate", Terms.of("GATE", 1000).limit(1))) {
            ALARMS.fire(
                    "kill -9 of Redis before 1,500 buyers",
                    () -> {
                        PROCESSES.kill("redis");
                        var answers = crowd(sale, 1500, Duration.ofMillis(20));
                        return () -> {
                            OPERATOR.repair();
                            answers.join();
                        };
                    },
                    "FlashsaleGateClosed",
                    "FlashsaleErrorBudgetBurns");
            assertSettles(sale);
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void a_redis_that_nobody_may_fill_again() {
        Instant soon = Instant.now().plusSeconds(400);
        try (var sale =
                new Sale("lease", Terms.of("LEASE", 3), Terms.of("OPENING", 3).window(soon, soon.plusSeconds(600)))) {
            ALARMS.fire(
                    "Redis starts anew while MySQL is away",
                    () -> {
                        hop(Hop.BACKEND_MYSQL).blackhole();
                        Process anew = redisAnew(Map.of());
                        return () -> {
                            hop(Hop.BACKEND_MYSQL).heal();
                            anew.destroy();
                            anew.waitFor();
                            OPERATOR.repair();
                        };
                    },
                    "FlashsaleLeaseShort",
                    "FlashsaleWarmUpMissing");
            sale.skus().forEach(sku -> sale.operator().persist(sku, "end"));
        }
    }

    @Test
    @Order(ENDS_A_LONG_ONE + 1)
    void clocks_that_lie_apart() {
        ALARMS.fire(
                "Redis's clock goes two seconds ahead",
                () -> {
                    // libc before Redis's own allocator, which asks for the time before libfaketime is ready to tell it
                    Process ahead = redisAnew(Map.of(
                            "LD_PRELOAD",
                            faketime() + " libc.so.6",
                            "FAKETIME",
                            "+2s",
                            "FAKETIME_DONT_FAKE_MONOTONIC",
                            "1"));
                    return () -> {
                        ahead.destroy();
                        ahead.waitFor();
                        OPERATOR.repair();
                    };
                },
                "FlashsaleClockSkew");
    }

    @Test
    @Order(LAST - 1)
    void money_that_does_not_come_back() throws SQLException {
        Sale sale = Objects.requireNonNull(unrefunded);
        ALARMS.awaitFiring(
                Duration.ofMinutes(14),
                longOnesBegan,
                "the provider cannot be asked for a refund",
                "FlashsaleRefundsStuck");
        hop(Hop.CONSUMER_SANDBOX).heal();
        try (Connection owner = owner();
                Statement statement = owner.createStatement()) {
            // by itself it would be tried again after as long as it has waited
            assertThat(statement.executeUpdate("UPDATE refund SET next_at = UTC_TIMESTAMP(3) WHERE state = 'DUE'"))
                    .isEqualTo(1);
        }
        assertSettles(sale);
        sale.close();
    }

    @Test
    @Order(LAST)
    void none_was_left_out() {
        assertThat(ALARMS.fired()).containsExactlyInAnyOrderElementsOf(ALARMS.all());
    }

    private static HopProxy hop(Hop hop) {
        return RunningSystem.hops().get(hop);
    }

    private static StockKeys keys(Sale sale) {
        Dump.Item item = sale.stores().item(sale.sku());
        return new StockKeys(item.sku(), item.id(), item.epoch());
    }

    /** So many buyers, one after the other; done when each has an answer. */
    private static CompletableFuture<?> crowd(Sale sale, int count, Duration between) {
        return new Crowd(sale.shop(), 512, Duration.ofSeconds(120), between, (basket, told) -> {})
                .start(sale.buyers(count, 1).stream()
                        .map(buyer -> new Basket(buyer, sale.sku(), 1, "once"))
                        .toList());
    }

    private static void reserve(Sale sale, int orders) {
        for (Buyer buyer : sale.buyers(orders, 1)) {
            var told = sale.shop().buyNow(buyer, sale.sku(), 1, "once");
            assertThat(told.reserved()).as(told.body()).isTrue();
        }
        Awaitility.await("they are rows")
                .atMost(Duration.ofSeconds(20))
                .until(() -> sale.stores().item(sale.sku()).held() == orders);
    }

    /** Nothing is lost by the trouble: the books of the sale agree. Not for a sale whose counters the test itself made wrong. */
    private static void assertSettles(Sale sale) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
        sale.operator().persist(sale.sku(), "end");
    }

    private static void reconcile() {
        Operator.Ended ended = OPERATOR.flashsale("reconcile");
        System.out.println(ended.output());
    }

    /** The next one is a minute away. */
    private static void awaitReconciliation(Sale sale) {
        Awaitility.await("the stores were just compared")
                .atMost(Duration.ofSeconds(80))
                .until(() -> ALARMS.value("min(flashsale_reconciled_age_seconds)") < 8);
    }

    /** MySQL as the owner of the tables, who may write past all rules. */
    private static Connection owner() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:%d/flashsale?connectTimeout=5000".formatted(INSTALLATION.port("MYSQL")),
                "migration",
                INSTALLATION.secret("mysql-migration"));
    }

    private static void shift(Connection owner, String sku, int units) throws SQLException {
        try (var statement = owner.prepareStatement(
                "UPDATE promo_item SET available = available - ?, held = held + ? WHERE sku = ?")) {
            statement.setInt(1, units);
            statement.setInt(2, units);
            statement.setString(3, sku);
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
    }

    /** What may be used until a tenth of the disk is left. */
    private static long room(Path folder) throws IOException {
        FileStore disk = Files.getFileStore(folder);
        return disk.getUsableSpace() - disk.getTotalSpace() / 10;
    }

    /** Kills Redis and starts it on its data, with this in its environment. The caller ends it. */
    private static Process redisAnew(Map<String, String> environment) throws IOException {
        PROCESSES.kill("redis");
        var anew = new ProcessBuilder(
                        "redis-server",
                        INSTALLATION.home().resolve("redis/redis.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        INSTALLATION.home().resolve("logs/redis.log").toFile()));
        anew.environment().putAll(environment);
        Process started = anew.start();
        try {
            Awaitility.await("Redis answers again")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> OPERATOR.flashsale("redis", "PING").output().contains("PONG"));
            assertThat(started.isAlive()).isTrue();
        } catch (RuntimeException | Error e) {
            started.destroy();
            throw e;
        }
        return started;
    }

    private static String library() throws IOException {
        return Files.readString(INSTALLATION.root().resolve("edge-lua/redis/flashsale.lua"));
    }

    private static Path faketime() {
        try (var files =
                Files.find(Path.of("/usr/lib"), 4, (path, attributes) -> path.endsWith("faketime/libfaketime.so.1"))) {
            return files.findFirst().orElseThrow(() -> new IllegalStateException("libfaketime is not installed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) {
        Operator.Ended ended = OPERATOR.run(List.of(command), Map.of());
        if (ended.exit() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + ended.output());
        }
    }
}
