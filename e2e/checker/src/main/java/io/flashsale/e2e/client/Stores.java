package io.flashsale.e2e.client;

import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Sample;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MySQL and Redis read directly, with the operator's credentials, past everything that the product says of itself. */
public final class Stores implements AutoCloseable {

    private final Installation installation;
    /** A moment in a Redis that was just started must not be missed: Lettuce's own pause grows to 30 s. */
    private final ClientResources resources = ClientResources.builder()
            .reconnectDelay(Delay.constant(Duration.ofMillis(20)))
            .build();

    private final RedisClient redisClient;
    private final StatefulRedisConnection<String, String> redis;

    public Stores(Installation installation) {
        this.installation = installation;
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(installation.port("REDIS"))
                .withAuthentication(
                        "operator", installation.secret("redis-operator").toCharArray())
                .withTimeout(Duration.ofSeconds(5))
                .build();
        this.redisClient = RedisClient.create(resources, uri);
        this.redis = redisClient.connect();
    }

    public RedisCommands<String, String> redis() {
        return redis.sync();
    }

    /** For a command whose answer nobody waits for. */
    public RedisAsyncCommands<String, String> redisAsync() {
        return redis.async();
    }

    /** A connection to MySQL that reads in one consistent snapshot. */
    public Connection mysql() {
        String url = "jdbc:mysql://127.0.0.1:%d/flashsale?connectTimeout=5000&socketTimeout=20000"
                .formatted(installation.port("MYSQL"));
        try {
            Connection connection = DriverManager.getConnection(url, "operator", installation.secret("mysql-operator"));
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot reach MySQL", e);
        }
    }

    /** Everything about these SKUs. */
    public Dump dump(List<String> skus) {
        try (Connection connection = mysql()) {
            List<Dump.Item> items = new ArrayList<>();
            List<Dump.Order> orders = new ArrayList<>();
            List<Dump.Entry> ledger = new ArrayList<>();
            List<Dump.Payment> payments = new ArrayList<>();
            List<Dump.Refund> refunds = new ArrayList<>();
            for (String sku : skus) {
                items.addAll(rows(connection, ITEMS, Stores::item, sku));
                orders.addAll(rows(connection, ORDERS, Stores::order, sku));
                ledger.addAll(rows(connection, LEDGER, Stores::entry, sku));
                payments.addAll(rows(connection, PAYMENTS, this::payment, sku));
                refunds.addAll(rows(connection, REFUNDS, Stores::refund, sku));
            }
            int due = 0;
            for (Dump.Item item : items) {
                due += rows(connection, DUE, r -> r.getInt(1), item.id()).get(0);
            }
            List<Dump.Parked> parked = rows(connection, PARKED, Stores::parked);
            List<Dump.Hot> hot = new ArrayList<>();
            for (Dump.Item item : items) {
                hot(item).ifPresent(hot::add);
            }
            return new Dump(Instant.now(), items, orders, ledger, payments, refunds, parked, hot, due);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read MySQL", e);
        }
    }

    private static final String ITEMS =
            "SELECT id, sku, published, available, held, sold, restocked, epoch FROM promo_item WHERE sku = ? ORDER BY id";
    private static final String ORDERS =
            """
            SELECT id, promo_item_id, sku, user_id, user_level, quantity, price_minor, currency, state, reason, request_id,
                   created_at, pay_before FROM orders WHERE sku = ? ORDER BY id""";
    private static final String LEDGER =
            """
            SELECT id, operation_id, order_id, promo_item_id, event, delta_available, delta_held, delta_sold
            FROM stock_ledger WHERE sku = ? ORDER BY id""";
    private static final String PAYMENTS =
            """
            SELECT p.id, s.order_id, s.amount_minor, p.amount_minor AS total_minor, p.currency, p.received_minor,
                   COALESCE(s.state, p.state) AS state
            FROM payment_order s JOIN payment p ON p.id = s.payment_id JOIN orders o ON o.id = s.order_id
            WHERE o.sku = ? ORDER BY p.id, s.order_id""";
    private static final String REFUNDS =
            """
            SELECT r.id, r.order_id, r.payment_id, r.quantity, r.restock, r.amount_minor, r.state
            FROM refund r JOIN orders o ON o.id = r.order_id WHERE o.sku = ? ORDER BY r.id""";
    private static final String UNSETTLED_MONEY =
            """
            SELECT COUNT(*) FROM orders o LEFT JOIN payment_order s ON s.order_id = o.id LEFT JOIN payment p ON p.id = s.payment_id
            LEFT JOIN refund r ON r.order_id = o.id
            WHERE o.sku = ? AND (COALESCE(s.state, p.state) IN ('LATE', 'REFUND_DUE') OR r.state <> 'DONE' OR o.state = 'REFUND_PENDING')""";
    /** Of which the shop has heard no success; the provider may have taken money all the same, and its event be on the way. */
    private static final String SILENT_PAYMENTS =
            """
            SELECT DISTINCT p.id FROM payment p JOIN payment_order s ON s.payment_id = p.id JOIN orders o ON o.id = s.order_id
            WHERE o.sku = ? AND p.state IN ('CREATED', 'FAILED')""";

    private static final String DUE =
            """
            SELECT COUNT(*) FROM redis_effect
            WHERE promo_item_id = ? AND applied_at IS NULL AND not_before <= UTC_TIMESTAMP(3)""";
    private static final String OWED =
            "SELECT COUNT(*) FROM redis_effect WHERE promo_item_id = ? AND applied_at IS NULL";
    private static final String PARKED = "SELECT id, order_id, reason FROM parked_message WHERE resolved_at IS NULL";

    private static Dump.Item item(ResultSet r) throws SQLException {
        return new Dump.Item(
                r.getLong("id"),
                r.getString("sku"),
                r.getLong("published"),
                r.getLong("available"),
                r.getLong("held"),
                r.getLong("sold"),
                r.getLong("restocked"),
                r.getLong("epoch"));
    }

    private static Dump.Order order(ResultSet r) throws SQLException {
        return new Dump.Order(
                r.getString("id"),
                r.getLong("promo_item_id"),
                word(r, "sku"),
                r.getString("user_id"),
                r.getInt("user_level"),
                r.getInt("quantity"),
                r.getLong("price_minor"),
                word(r, "currency"),
                word(r, "state"),
                r.getString("reason"),
                r.getString("request_id"),
                instant(r, "created_at"),
                instant(r, "pay_before"));
    }

    private static Dump.Entry entry(ResultSet r) throws SQLException {
        return new Dump.Entry(
                r.getLong("id"),
                r.getString("operation_id"),
                r.getString("order_id"),
                r.getLong("promo_item_id"),
                word(r, "event"),
                r.getInt("delta_available"),
                r.getInt("delta_held"),
                r.getInt("delta_sold"));
    }

    private Dump.Payment payment(ResultSet r) throws SQLException {
        return new Dump.Payment(
                r.getString("id"),
                r.getString("order_id"),
                r.getLong("amount_minor"),
                r.getLong("total_minor"),
                r.getString("currency"),
                r.getObject("received_minor", Long.class),
                r.getString("state"),
                keptByProvider(r.getString("id")));
    }

    /** As the provider itself says, past all that the shop knows. */
    private long keptByProvider(String payment) {
        Http.Answer answer = Http.send(
                "GET",
                installation.url("SANDBOX", "/api/payments/" + payment),
                null,
                "Authorization",
                "Bearer " + installation.secret("payment-key"));
        if (answer.status() == 404) {
            return 0;
        }
        long kept = answer.json().get("takenMinor").asLong();
        for (var refund : answer.json().get("refunds")) {
            kept -= refund.get("amountMinor").asLong();
        }
        return kept;
    }

    private static Dump.Refund refund(ResultSet r) throws SQLException {
        return new Dump.Refund(
                r.getString("id"),
                r.getString("order_id"),
                r.getString("payment_id"),
                r.getInt("quantity"),
                r.getBoolean("restock"),
                r.getLong("amount_minor"),
                r.getString("state"));
    }

    private static Dump.Parked parked(ResultSet r) throws SQLException {
        return new Dump.Parked(r.getLong("id"), r.getString("order_id"), r.getString("reason"));
    }

    /** One of few: the same text in a million rows is one object. */
    private static String word(ResultSet r, String column) throws SQLException {
        return r.getString(column).intern();
    }

    /** Times are UTC in the tables, whatever this machine's zone is. */
    private static Instant instant(ResultSet r, String column) throws SQLException {
        return r.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }

    /** The newest item of a SKU. */
    public Dump.Item item(String sku) {
        List<Dump.Item> items = query(ITEMS, Stores::item, sku);
        if (items.isEmpty()) {
            throw new IllegalStateException(sku + " is in no row of promo_item");
        }
        return items.get(items.size() - 1);
    }

    public List<Dump.Order> orders(String sku) {
        return query(ORDERS, Stores::order, sku);
    }

    public Optional<Dump.Order> order(String sku, String id) {
        return orders(sku).stream().filter(o -> o.id().equals(id)).findFirst();
    }

    public List<Dump.Payment> payments(String sku) {
        return query(PAYMENTS, this::payment, sku);
    }

    /**
     * Whether nothing is owed any more, between the stores, to a buyer or by the provider's word; effects that rest are owed, too. Asked
     * in the order in which a word travels, so that what leaves one place is seen in the next.
     */
    public boolean settled(String sku) {
        if (query(OWED, r -> r.getInt(1), item(sku).id()).get(0) > 0) {
            return false; // nobody else need be asked
        }
        boolean silent =
                query(SILENT_PAYMENTS, r -> r.getString(1), sku).stream().anyMatch(id -> keptByProvider(id) > 0);
        if (silent || query(UNSETTLED_MONEY, r -> r.getInt(1), sku).get(0) > 0) {
            return false;
        }
        Dump.Item item = item(sku);
        if (query(OWED, r -> r.getInt(1), item.id()).get(0) > 0) {
            return false;
        }
        Optional<Dump.Hot> hot = hot(item);
        return hot.isPresent()
                && ready(item)
                && hot.get().pending().isEmpty()
                && hot.get().available() == item.available()
                && hot.get().held() == item.held()
                && hot.get().sold() == item.sold();
    }

    /** Whether the lease covers the item's present epoch, so that it sells. */
    public boolean ready(Dump.Item item) {
        String key = new StockKeys(item.sku(), item.id(), item.epoch()).item();
        List<Object> reply = redis().fcallReadOnly(
                        "snapshot",
                        ScriptOutputType.MULTI,
                        new String[] {key},
                        Long.toString(item.id()),
                        Long.toString(item.epoch()));
        return reply.get(2) instanceof List<?> state && Long.valueOf(1).equals(state.get(0));
    }

    public Optional<Dump.Hot> hot(Dump.Item item) {
        var keys = new StockKeys(item.sku(), item.id(), item.epoch());
        Map<String, String> h = redis().hgetall(keys.item());
        if (h.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Long> buyers = new HashMap<>();
        redis().hgetall(keys.buyers()).forEach((user, units) -> buyers.put(user, Long.valueOf(units)));
        if (h.containsKey("listed")) {
            buyers.values().removeIf(units -> units == 0); // who is on its list and holds nothing
        }
        Map<String, Reservation> reservations = new HashMap<>();
        redis().hgetall(keys.reservations()).forEach((id, packed) -> reservations.put(id, Reservation.unpack(packed)));
        return Optional.of(new Dump.Hot(
                item.id(),
                item.epoch(),
                "1".equals(h.get("installed")),
                number(h, "published"),
                number(h, "available"),
                number(h, "held"),
                number(h, "sold"),
                number(h, "seq"),
                buyers,
                redis().hgetall(keys.requests()),
                reservations,
                new HashSet<>(redis().zrange(keys.pending(), 0, -1)),
                redis().lrange(keys.holders(), 0, -1)));
    }

    /** One read of the counters in each store; a store that is away, or does not have the item just now, gives none. */
    public List<Sample> samples(Dump.Item known) {
        List<Sample> samples = new ArrayList<>();
        Dump.Item row;
        try {
            row = item(known.sku());
        } catch (RuntimeException away) {
            row = known;
        }
        samples.add(new Sample(
                Instant.now(), "mysql", row.sku(), row.published(), row.available(), row.held(), row.sold()));
        try {
            List<KeyValue<String, String>> h = redis().hmget(
                            new StockKeys(row.sku(), row.id(), row.epoch()).item(),
                            "published",
                            "available",
                            "held",
                            "sold");
            if (h.stream().allMatch(KeyValue::hasValue)) {
                long[] v =
                        h.stream().mapToLong(x -> Long.parseLong(x.getValue())).toArray();
                samples.add(new Sample(Instant.now(), "redis", row.sku(), v[0], v[1], v[2], v[3]));
            }
        } catch (RuntimeException away) {
            return samples;
        }
        return samples;
    }

    private static long number(Map<String, String> hash, String field) {
        String value = hash.get(field);
        return value == null ? 0 : Long.parseLong(value);
    }

    /** How a row becomes a value. */
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The id of the promo that an item belongs to. */
    public String promoOf(String sku) {
        return query("SELECT promo_id FROM promo_item WHERE sku = ?", row -> row.getString(1), sku)
                .get(0);
    }

    public <T> List<T> query(String sql, Row<T> row, Object... parameters) {
        try (Connection connection = mysql()) {
            return rows(connection, sql, row, parameters);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read MySQL: " + sql, e);
        }
    }

    private static <T> List<T> rows(Connection connection, String sql, Row<T> row, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(row.read(result));
                }
            }
            return rows;
        }
    }

    @Override
    public void close() {
        redis.close();
        redisClient.shutdown();
        resources.shutdown();
    }
}
