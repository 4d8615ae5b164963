package io.flashsale.backend;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.contract.OrderId;
import io.flashsale.contract.StockKeys;
import io.flashsale.testkit.RealMySql;
import io.flashsale.testkit.RealRedis;
import io.flashsale.testkit.RealRocketMq;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;

/**
 * A database and a Redis of its own, the shared broker, the part of the edge and the CMS that the backend sees, and as many
 * backends as a test starts. MySQL and Redis accounts have exactly the rights of a real installation.
 */
public final class World implements AutoCloseable {

    public static final String EDGE_TOKEN = "edge-token-of-the-tests";
    public static final String INTERNAL_TOKEN = "internal-token-of-the-tests";
    static final byte[] SESSION_KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String PASSWORD = "password-of-the-backend";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    public final RealRedis redis;
    public final RealRocketMq rocketMq;
    public final String database;
    public final TestConsumer consumer;
    private final String user = "backend_" + NUMBER.incrementAndGet();
    private final Path secrets;
    private final Connection connection;
    private final RedisClient client;
    private @Nullable StatefulRedisConnection<String, String> edge;
    private final List<BackendProcess> backends = new ArrayList<>();
    private int ids;

    public World() {
        this(RealRocketMq.shared());
    }

    public World(RealRocketMq rocketMq) {
        this.rocketMq = rocketMq;
        redis = RealRedis.start();
        client = RedisClient.create(RedisURI.create(redis.host(), redis.port()));
        database = RealMySql.shared().createMigratedDatabase();
        try {
            connection = RealMySql.shared().connect(database);
            // Ids of one test are not another's: the topic is shared.
            sql("ALTER TABLE promo_item AUTO_INCREMENT = "
                    + ThreadLocalRandom.current().nextInt(1_000_000, 1_000_000_000));
            RealMySql.shared().createUser(user, PASSWORD, "backend", database);
            secrets = Files.createTempDirectory("backend-secrets");
            secrets.toFile().deleteOnExit();
            allowBackend();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        consumer = new TestConsumer(rocketMq.namesrvAddr(), RealMySql.shared().jdbcUrl(database));
    }

    /** The account of the backend in Redis, as in {@code ops/redis/users.acl}; a restarted Redis has forgotten it. */
    public void allowBackend() {
        try {
            String line = Files.readAllLines(root().resolve("ops/redis/users.acl")).stream()
                    .filter(each -> each.startsWith("user backend "))
                    .findFirst()
                    .orElseThrow();
            var args = new CommandArgs<>(StringCodec.UTF8).add("SETUSER");
            for (String word : line.substring("user ".length()).split(" ")) {
                args.add(word.equals("{backend}") ? ">" + PASSWORD : word);
            }
            edge().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path root() {
        return Path.of(System.getProperty("flashsale.root", ".."));
    }

    /** Starts a backend. Settings are {@code flashsale.…=…}. */
    public BackendProcess start(String... settings) {
        var backend = new BackendProcess(run(settings));
        backends.add(backend);
        return backend;
    }

    private org.springframework.context.ConfigurableApplicationContext run(String... settings) {
        var arguments = new ArrayList<String>(List.of(
                "--server.port=0",
                "--flashsale.mysql.url=jdbc:mysql://127.0.0.1:"
                        + RealMySql.shared().port() + "/" + database,
                "--flashsale.mysql.user=" + user,
                "--flashsale.mysql.password-file=" + secret("mysql", PASSWORD),
                "--flashsale.redis.host=" + redis.host(),
                "--flashsale.redis.port=" + redis.port(),
                "--flashsale.redis.password-file=" + secret("redis", PASSWORD),
                "--flashsale.namesrv=" + rocketMq.namesrvAddr(),
                "--flashsale.edge-token-file=" + secret("edge", EDGE_TOKEN),
                "--flashsale.internal-token-file=" + secret("internal", INTERNAL_TOKEN),
                "--flashsale.session-keys-file="
                        + secret("sessions", "k1 " + Base64.getEncoder().encodeToString(SESSION_KEY)),
                // Producers of one group in one process share a client, and with it its end.
                "--rocketmq.producer.group=backend-" + NUMBER.incrementAndGet()));
        for (String setting : settings) {
            arguments.add("--" + setting);
        }
        var application = new SpringApplication(Backend.class);
        application.setRegisterShutdownHook(false);
        return application.run(arguments.toArray(String[]::new));
    }

    public String secret(String name, String text) {
        try {
            Path file = secrets.resolve(name);
            Files.writeString(file, text + "\n");
            file.toFile().deleteOnExit();
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- the CMS
    // -------------------------------------------------------------------------------------------------------

    /** An item on sale. */
    public record Published(long id, String sku) {}

    /** Publishes as cms-admin does: the rows and the effect in one transaction. */
    public Published publish(String sku, int stock, @Nullable Integer limit, int minLevel) {
        return publish(sku, stock, limit, minLevel, null);
    }

    private Published publish(String sku, int stock, @Nullable Integer limit, int minLevel, @Nullable Long list) {
        return transaction(() -> {
            long promo =
                    insert("INSERT INTO promo (name, description, state, opens_at, closes_at, created_at, updated_at)"
                            + " VALUES ('promo', '', 'LIVE', UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE,"
                            + " UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
            long item =
                    insert("INSERT INTO promo_item (promo_id, sku, name, price_minor, currency, published, available,"
                            + " hold_seconds, quantity_limit, min_level, list_id, live, version) VALUES (" + promo
                            + ", '" + sku
                            + "', 'thing',"
                            + " 1999, 'CNY', " + stock + ", " + stock + ", 1800, " + limit + ", " + minLevel
                            + ", " + list + ", 1, 1)");
            effect(item, "INSTALL", "{}", Duration.ZERO);
            ledger("publish:" + item, null, item, "PUBLISHED", stock, 0);
            return new Published(item, sku);
        });
    }

    /** An item that is for these alone. */
    public Published publishTo(List<String> users, String sku, int stock) {
        long list = insert("INSERT INTO eligibility_list (name, members, kept_by, kept_at) VALUES ('a list', "
                + users.size() + ", 'edith', UTC_TIMESTAMP(3))");
        for (String user : users) {
            sql("INSERT INTO eligibility_member (list_id, user_id) VALUES (" + list + ", '" + user + "')");
        }
        return publish(sku, stock, null, 0, list);
    }

    public Published publish(String sku, int stock) {
        return publish(sku, stock, null, 0);
    }

    private void ledger(
            String operation, @Nullable String orderId, long item, String event, long available, long held) {
        sql("INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held,"
                + " delta_sold, created_at) SELECT '" + operation + "', "
                + (orderId == null ? "NULL" : "'" + orderId + "'") + ", id, sku, '" + event + "', " + available + ", "
                + held + ", 0, UTC_TIMESTAMP(3) FROM promo_item WHERE id = " + item);
    }

    /** Owes Redis an effect of the item's present version. Within a transaction that raised it. */
    public void effect(long item, String kind, String payload, Duration rest) {
        sql(
                "INSERT INTO redis_effect (promo_item_id, version, kind, payload, not_before, created_at) SELECT id, version, '"
                        + kind + "', '" + payload + "', UTC_TIMESTAMP(3) + INTERVAL " + rest.toMillis() * 1000
                        + " MICROSECOND, UTC_TIMESTAMP(3) FROM promo_item WHERE id = " + item);
    }

    public void topUp(long item, int by) {
        transaction(() -> {
            sql("UPDATE promo_item SET published = published + " + by + ", available = available + " + by
                    + ", version = version + 1 WHERE id = " + item);
            ledger("topup:" + NUMBER.incrementAndGet(), null, item, "TOPPED_UP", by, 0);
            effect(
                    item,
                    "TOP_UP",
                    "{\"total\":" + number("SELECT published + withdrawn FROM promo_item WHERE id = " + item) + "}",
                    Duration.ZERO);
            return item;
        });
    }

    /** Asks for units to be withdrawn, as the CMS does. @return the withdrawal's id */
    public long askToWithdraw(long item, int units) {
        return insert(
                "INSERT INTO withdrawal (promo_item_id, sku, units, reason, requested_by, request_id, state, created_at,"
                        + " updated_at) SELECT id, sku, " + units + ", 'damaged', 'ann', 'w" + NUMBER.incrementAndGet()
                        + "', 'ASKED', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM promo_item WHERE id = " + item);
    }

    /** Books what Redis has said of a withdrawal, as the CMS does: under the epoch that it said it under, or not at all. */
    public void bookWithdrawal(long id) {
        transaction(() -> {
            long item = number("SELECT i.id FROM promo_item i JOIN withdrawal w ON w.promo_item_id = i.id"
                    + " AND w.verdict_epoch = i.epoch WHERE w.state = 'ASKED' AND w.id = " + id + " FOR UPDATE");
            if (item < 0) {
                return id;
            }
            boolean given = number("SELECT verdict = 'WITHDRAWN' FROM withdrawal WHERE id = " + id) == 1;
            if (given) {
                long units = number("SELECT units FROM withdrawal WHERE id = " + id);
                sql("UPDATE promo_item SET published = published - " + units + ", available = available - " + units
                        + ", withdrawn = withdrawn + " + units + ", version = version + 1 WHERE id = " + item);
                ledger("withdraw:" + id, null, item, "WITHDRAWN", -units, 0);
            }
            sql("UPDATE withdrawal SET state = '" + (given ? "WITHDRAWN" : "REFUSED") + "' WHERE id = " + id);
            return id;
        });
    }

    public void state(long item, String state) {
        transaction(() -> {
            sql("UPDATE promo p JOIN promo_item i ON i.promo_id = p.id SET p.state = '" + state
                    + "', i.version = i.version + 1, i.live = " + (state.equals("ENDED") ? "NULL" : "1")
                    + " WHERE i.id = " + item);
            String window =
                    "CAST(ROUND(UNIX_TIMESTAMP(%s) * 1000) AS SIGNED) FROM promo p JOIN promo_item i ON i.promo_id = p.id WHERE i.id = "
                            + item;
            effect(
                    item,
                    "STATE",
                    "{\"state\":\"" + state + "\",\"opens\":" + number("SELECT " + window.formatted("opens_at"))
                            + ",\"closes\":" + number("SELECT " + window.formatted("closes_at")) + "}",
                    Duration.ZERO);
            return item;
        });
    }

    /** As order-consumer cancels: row, counters and effect in one transaction. */
    public void release(long item, String orderId) {
        transaction(() -> {
            long quantity = number("SELECT quantity FROM orders WHERE id = '" + orderId + "'");
            sql("UPDATE orders SET state = 'CANCELLED' WHERE id = '" + orderId + "'");
            sql("UPDATE promo_item SET held = held - " + quantity + ", available = available + " + quantity
                    + ", version = version + 1 WHERE id = " + item);
            ledger(orderId + ":CANCELLED", orderId, item, "CANCELLED", quantity, -quantity);
            effect(item, "RELEASE", "{\"orderId\":\"" + orderId + "\"}", Duration.ofMillis(1500));
            return item;
        });
    }

    /** As order-consumer books a payment. */
    public void pay(long item, String orderId) {
        transaction(() -> {
            long quantity = number("SELECT quantity FROM orders WHERE id = '" + orderId + "'");
            sql("UPDATE orders SET state = 'PAID' WHERE id = '" + orderId + "'");
            sql("UPDATE promo_item SET held = held - " + quantity + ", sold = sold + " + quantity
                    + ", version = version + 1 WHERE id = " + item);
            moved(orderId + ":PAID", orderId, item, "PAID", 0, -quantity, quantity);
            effect(item, "SOLD", "{\"orderId\":\"" + orderId + "\"}", Duration.ZERO);
            return item;
        });
    }

    /** As order-consumer refunds all of an order, whose units are on sale again. */
    public void restock(long item, String orderId) {
        transaction(() -> {
            long quantity = number("SELECT quantity FROM orders WHERE id = '" + orderId + "'");
            sql("UPDATE orders SET state = 'REFUND_PENDING', refunded = quantity WHERE id = '" + orderId + "'");
            sql("UPDATE promo_item SET available = available + " + quantity + ", sold = sold - " + quantity
                    + ", restocked = restocked + " + quantity + ", version = version + 1 WHERE id = " + item);
            moved(orderId + "-r1:RETURNED", orderId, item, "RETURNED", quantity, 0, -quantity);
            effect(
                    item,
                    "RESTOCK",
                    "{\"restocked\":" + number("SELECT restocked FROM promo_item WHERE id = " + item) + "}",
                    Duration.ZERO);
            return item;
        });
    }

    private void moved(
            String operation, String orderId, long item, String event, long available, long held, long sold) {
        sql("INSERT INTO stock_ledger (operation_id, order_id, promo_item_id, sku, event, delta_available, delta_held,"
                + " delta_sold, created_at) SELECT '" + operation + "', '" + orderId + "', id, sku, '" + event + "', "
                + available + ", " + held + ", " + sold + ", UTC_TIMESTAMP(3) FROM promo_item WHERE id = " + item);
    }

    public void account(String userId, int level, String state) {
        sql("INSERT INTO buyer (user_id, level, state, created_at) VALUES ('" + userId + "', " + level + ", '" + state
                + "', UTC_TIMESTAMP(3))");
    }

    public void accounts(String prefix, int count) {
        var values = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            values.append(i == 1 ? "" : ",")
                    .append("('")
                    .append(prefix)
                    .append(i)
                    .append("', 1, 'ACTIVE', UTC_TIMESTAMP(3))");
        }
        sql("INSERT INTO buyer (user_id, level, state, created_at) VALUES " + values);
    }

    // --- the edge
    // ------------------------------------------------------------------------------------------------------

    /** An attempt of a buyer, as the edge sends it to the backend once the units were taken. */
    public record Attempt(
            String orderID,
            String sku,
            long promoItemID,
            long epoch,
            String userID,
            int level,
            int quantity,
            @Nullable String requestID,
            long payBefore,
            String traceID) {}

    /** Takes units in Redis as the edge does. @return the reply's first word and the attempt */
    public Reserved reserve(Published item, String userId, int level, int quantity, @Nullable String requestId) {
        long epoch = epoch(item);
        var keys = new StockKeys(item.sku(), item.id(), epoch);
        String orderId = OrderId.of(item.id(), Instant.now(), nextId()).text();
        List<?> reply = edge().fcall(
                        "reserve",
                        ScriptOutputType.MULTI,
                        keys.all().toArray(String[]::new),
                        Long.toString(item.id()),
                        Long.toString(epoch),
                        orderId,
                        Long.toString(System.currentTimeMillis() + 2000),
                        userId,
                        Integer.toString(level),
                        Integer.toString(quantity),
                        requestId == null ? "" : requestId,
                        "trace");
        long payBefore = reply.get(0).equals("TAKEN") ? (Long) reply.get(2) : 0;
        return new Reserved(
                (String) reply.get(0),
                new Attempt(
                        orderId, item.sku(), item.id(), epoch, userId, level, quantity, requestId, payBefore, "trace"),
                reply);
    }

    public record Reserved(@JsonProperty("outcome") String outcome, Attempt attempt, List<?> reply) {}

    /** Takes one unit, which must be there. */
    public Attempt take(Published item, String userId) {
        var reserved = reserve(item, userId, 1, 1, null);
        if (!reserved.outcome().equals("TAKEN")) {
            throw new AssertionError("reserve answered " + reserved.reply());
        }
        return reserved.attempt();
    }

    private synchronized int nextId() {
        return ++ids;
    }

    /** Waits until the item sells under a later epoch than this one; a try that failed costs an epoch as well. */
    public void awaitRebuilt(Published item, long before) {
        Awaitility.await("rebuilt").atMost(Duration.ofSeconds(30)).until(() -> epoch(item) > before && sells(item));
    }

    public long epoch(Published item) {
        return number("SELECT epoch FROM promo_item WHERE id = " + item.id());
    }

    public StockKeys keys(Published item) {
        return new StockKeys(item.sku(), item.id(), epoch(item));
    }

    /** Commands with all rights, on a connection that outlives restarts of Redis. */
    public synchronized RedisCommands<String, String> edge() {
        if (edge == null) {
            edge = client.connect();
        }
        return edge.sync();
    }

    /** ready, available, held, sold of the item's present epoch. */
    public List<Long> snapshot(Published item) {
        var keys = keys(item);
        List<?> reply = edge().fcallReadOnly(
                        "snapshot",
                        ScriptOutputType.MULTI,
                        new String[] {keys.item()},
                        Long.toString(item.id()),
                        Long.toString(keys.epoch()));
        List<?> state = (List<?>) reply.get(2);
        return state.size() < 9
                ? List.of(0L)
                : List.of((Long) state.get(0), (Long) state.get(6), (Long) state.get(7), (Long) state.get(8));
    }

    public boolean sells(Published item) {
        try {
            return snapshot(item).get(0) == 1;
        } catch (io.lettuce.core.RedisException e) {
            return false; // Redis is away, or has no library yet
        }
    }

    public void awaitSelling(Published item) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sells(item));
    }

    // --- MySQL
    // ---------------------------------------------------------------------------------------------------------

    public synchronized void sql(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public synchronized long number(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.next() ? result.getLong(1) : -1;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public synchronized List<String> strings(String sql) {
        var strings = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                strings.add(String.valueOf(result.getString(1)));
            }
            return strings;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private long insert(String sql) {
        sql(sql);
        return number("SELECT LAST_INSERT_ID()");
    }

    synchronized <T> T transaction(Supplier<T> work) {
        sql("START TRANSACTION");
        T result = work.get();
        sql("COMMIT");
        return result;
    }

    /** MySQL and Redis, once nothing is under way any more. */
    public void assertEqual(Published item) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var mysql = List.of(
                    1L,
                    number("SELECT available FROM promo_item WHERE id = " + item.id()),
                    number("SELECT held FROM promo_item WHERE id = " + item.id()),
                    number("SELECT sold FROM promo_item WHERE id = " + item.id()));
            org.assertj.core.api.Assertions.assertThat(snapshot(item)).isEqualTo(mysql);
            org.assertj.core.api.Assertions.assertThat(edge().zcard(keys(item).pending()))
                    .isZero();
        });
    }

    @Override
    public void close() {
        for (BackendProcess backend : backends) {
            backend.stop();
        }
        consumer.close();
        client.shutdown(Duration.ZERO, Duration.ofMillis(500));
        redis.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
