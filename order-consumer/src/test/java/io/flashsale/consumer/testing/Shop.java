package io.flashsale.consumer.testing;

import io.flashsale.contract.OrderId;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.testkit.RealMySql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A database with the schema, items to sell, and a look at what became of them that trusts nothing of the consumer. */
public final class Shop {

    public static final String USER = "consumer";
    public static final String PASSWORD = "consumer-test";

    public final RealMySql server;
    public final String database;
    private final AtomicInteger tail = new AtomicInteger();

    private Shop(RealMySql server, String database) {
        this.server = server;
        this.database = database;
    }

    public static Shop open(RealMySql server) {
        var shop = new Shop(server, server.createMigratedDatabase());
        server.createUser(USER, PASSWORD, "consumer", shop.database);
        return shop;
    }

    public String url() {
        return url(server.port());
    }

    public String url(int port) {
        return "jdbc:mysql://127.0.0.1:" + port + "/" + database;
    }

    /** An item with its promo, published and in epoch 1. */
    public long item(int stock) {
        String sku = "SKU" + tail.incrementAndGet();
        run("INSERT INTO promo (name, description, state, opens_at, closes_at, created_at, updated_at)"
                + " VALUES ('sale', '', 'LIVE', '2026-01-01', '2036-01-01', NOW(3), NOW(3))");
        run(
                "INSERT INTO promo_item (promo_id, sku, name, price_minor, currency, published, available, hold_seconds, live, epoch)"
                        + " VALUES ((SELECT MAX(id) FROM promo), '" + sku + "', 'thing', 1999, 'CNY', " + stock + ", "
                        + stock
                        + ", 1800, 1, 1)");
        long id = number("SELECT MAX(id) FROM promo_item");
        run(
                "INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold, created_at)"
                        + " VALUES ('publish:" + id + "', " + id + ", '" + sku + "', 'PUBLISHED', " + stock
                        + ", 0, 0, NOW(3))");
        return id;
    }

    /** The next order of the item, of epoch 1, to be paid within half an hour of {@code at}. */
    public OrderPlaced order(long item, String user, int quantity, @Nullable String requestId, Instant at) {
        int number = tail.incrementAndGet();
        return new OrderPlaced(
                1,
                OrderId.of(item, at, number).text(),
                1,
                item,
                text("SELECT sku FROM promo_item WHERE id = " + item),
                user,
                1,
                quantity,
                1999,
                "CNY",
                1,
                requestId,
                1,
                number,
                at.toEpochMilli(),
                at.plus(Duration.ofMinutes(30)).toEpochMilli(),
                "trace-" + number);
    }

    /** Many orders of one unit without a request key, each of another buyer. */
    public List<OrderPlaced> orders(long item, int count, Instant at) {
        OrderPlaced first = order(item, "u0", 1, null, at);
        List<OrderPlaced> orders = new ArrayList<>(List.of(first));
        while (orders.size() < count) {
            int number = tail.incrementAndGet();
            orders.add(Orders.with(first, OrderId.of(item, at, number).text(), "u" + number, first.epoch(), number));
        }
        return orders;
    }

    /** Holds the row of an item until it is closed. */
    public Connection lock(long item) {
        try {
            Connection connection = connect();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT id FROM promo_item WHERE id = " + item + " FOR UPDATE");
            }
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException("item " + item, e);
        }
    }

    public void run(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public long number(String sql) {
        return Long.parseLong(text(sql));
    }

    public String text(String sql) {
        List<String> found = column(sql);
        if (found.size() != 1) {
            throw new IllegalStateException(sql + " gave " + found);
        }
        return found.get(0);
    }

    /** The first column; an SQL NULL as "null". */
    public List<String> column(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public long orderCount() {
        return number("SELECT COUNT(*) FROM orders");
    }

    public String state(OrderPlaced order) {
        return text("SELECT CONCAT_WS(' ', state, reason) FROM orders WHERE id = '" + order.orderId() + "'");
    }

    /** What is wrong with the books: empty where counters, ledger, orders and effects agree. */
    public List<String> wrongs() {
        List<String> wrongs = new ArrayList<>();
        wrongs.addAll(column(
                "SELECT CONCAT('item ', id, ' has ', available, '+', held, '+', sold, ' of ', published) FROM promo_item"
                        + " WHERE available < 0 OR held < 0 OR sold < 0 OR published <> available + held + sold"));
        wrongs.addAll(
                column(
                        "SELECT CONCAT('item ', i.id, ' has ', i.available, '/', i.held, '/', i.sold, ' but its ledger ',"
                                + " SUM(l.delta_available), '/', SUM(l.delta_held), '/', SUM(l.delta_sold))"
                                + " FROM promo_item i JOIN stock_ledger l ON l.promo_item_id = i.id"
                                + " GROUP BY i.id, i.available, i.held, i.sold"
                                + " HAVING SUM(l.delta_available) <> i.available OR SUM(l.delta_held) <> i.held OR SUM(l.delta_sold) <> i.sold"));
        wrongs.addAll(column(
                "SELECT CONCAT('item ', i.id, ' holds ', i.held, ' but its orders ', COALESCE(SUM(o.quantity), 0))"
                        + " FROM promo_item i LEFT JOIN orders o ON o.promo_item_id = i.id AND o.state = 'PENDING_PAYMENT' GROUP BY i.id, i.held"
                        + " HAVING COALESCE(SUM(o.quantity), 0) <> i.held"));
        wrongs.addAll(column("SELECT CONCAT('order ', o.id, ' is ', o.state, ' but its ledger says ',"
                + " COALESCE(GROUP_CONCAT(l.event ORDER BY l.id), 'nothing'))"
                + " FROM orders o LEFT JOIN stock_ledger l ON l.order_id = o.id AND l.event NOT IN ('RETURNED', 'REFUNDED')"
                + " GROUP BY o.id, o.state"
                + " HAVING COALESCE(GROUP_CONCAT(l.event ORDER BY l.id), '') <> CASE o.state WHEN 'PENDING_PAYMENT' THEN 'HELD'"
                + " WHEN 'REJECTED' THEN ''"
                + " WHEN 'PAID' THEN IF(SUM(l.event = 'RETAKEN') = 1, 'HELD,EXPIRED,RETAKEN', 'HELD,PAID')"
                + " WHEN 'REFUND_PENDING' THEN 'HELD,PAID' WHEN 'REFUNDED' THEN 'HELD,PAID'"
                + " ELSE CONCAT('HELD,', o.state) END"));
        wrongs.addAll(column(
                // Each of the few beside the many orders is gathered first, so that no plan looks through them for each
                // order.
                "SELECT CONCAT('order ', o.id, ' is ', o.state, ' and owes Redis ', COALESCE(e.releases, 0), ' releases') FROM orders o"
                        + " LEFT JOIN (SELECT JSON_UNQUOTE(JSON_EXTRACT(payload, '$.orderId')) AS id, COUNT(*) AS releases FROM redis_effect"
                        + " WHERE kind = 'RELEASE' GROUP BY 1) e ON e.id = o.id"
                        + " LEFT JOIN (SELECT DISTINCT order_id AS id FROM stock_ledger WHERE event = 'RETAKEN') t ON t.id = o.id"
                        + " LEFT JOIN (SELECT order_id AS id, COUNT(*) AS payments FROM payment_order WHERE reason = 'LATE' GROUP BY order_id) l"
                        + " ON l.id = o.id"
                        + " WHERE COALESCE(e.releases, 0) <> IF(o.state IN ('CANCELLED', 'EXPIRED') OR o.reason = 'DISCARDED'"
                        + " OR t.id IS NOT NULL, 1, 0) + IF(o.state = 'EXPIRED', COALESCE(l.payments, 0), 0)"));
        wrongs.addAll(money());
        wrongs.addAll(
                column(
                        "SELECT CONCAT('item ', i.id, ' is at version ', i.version, ' after ', COUNT(e.id), ' effects up to ',"
                                + " COALESCE(MAX(e.version), 0)) FROM promo_item i LEFT JOIN redis_effect e ON e.promo_item_id = i.id"
                                + " GROUP BY i.id, i.version HAVING i.version <> COUNT(e.id) OR i.version <> COALESCE(MAX(e.version), 0)"));
        wrongs.addAll(column(
                "SELECT CONCAT('item ', i.id, ' sold ', i.sold, ' and took back ', i.restocked, ' of ', COALESCE(SUM(o.quantity), 0))"
                        + " FROM promo_item i LEFT JOIN orders o ON o.promo_item_id = i.id"
                        + " AND o.state IN ('PAID', 'REFUND_PENDING', 'REFUNDED') GROUP BY i.id, i.sold, i.restocked"
                        + " HAVING COALESCE(SUM(o.quantity), 0) <> i.sold + i.restocked"));
        wrongs.addAll(column("SELECT CONCAT('order ', id, ' is rejected and binds ', request_id) FROM orders"
                + " WHERE state = 'REJECTED' AND request_id IS NOT NULL"));
        return wrongs;
    }

    private List<String> money() {
        List<String> wrongs = new ArrayList<>();
        wrongs.addAll(column(
                "SELECT CONCAT('payment ', p.id, ' of ', p.amount_minor, ' is ', p.state, ' by ', COALESCE(p.received_minor, 'nothing'),"
                        + " ', its shares are ', SUM(s.amount_minor), ' and ', SUM(s.state IS NOT NULL), ' of ', COUNT(s.order_id),"
                        + " ' came to something') FROM payment p LEFT JOIN payment_order s ON s.payment_id = p.id"
                        + " GROUP BY p.id, p.amount_minor, p.state, p.received_minor"
                        + " HAVING COALESCE(SUM(s.amount_minor), -1) <> p.amount_minor"
                        + " OR SUM(s.state IS NOT NULL) <> IF(p.state = 'PAID', COUNT(*), 0)"
                        + " OR (p.received_minor IS NULL) <> (p.state IN ('CREATED', 'FAILED'))"
                        + " OR p.state = 'PAID' AND p.received_minor <> p.amount_minor"));
        wrongs.addAll(
                column(
                        "SELECT CONCAT('order ', o.id, ' is ', o.state, ' and paid ', COALESCE(SUM(s.amount_minor), 0), ' in ', COUNT(s.order_id))"
                                + " FROM orders o LEFT JOIN payment_order s ON s.order_id = o.id AND s.state = 'PAID'"
                                + " GROUP BY o.id, o.state, o.price_minor, o.quantity"
                                + " HAVING COUNT(s.order_id) <> IF(o.state IN ('PAID', 'REFUND_PENDING', 'REFUNDED'), 1, 0)"
                                + " OR COALESCE(SUM(s.amount_minor), o.price_minor * o.quantity) <> o.price_minor * o.quantity"));
        wrongs.addAll(
                column(
                        "SELECT CONCAT('payment ', p.id, ' took ', p.received_minor, ', of which ', COALESCE((SELECT SUM(s.amount_minor)"
                                + " FROM payment_order s WHERE s.payment_id = p.id AND s.state IN ('PAID', 'LATE')), 0), ' stand and ',"
                                + " COALESCE((SELECT SUM(r.amount_minor) FROM refund r WHERE r.payment_id = p.id AND r.quantity = 0), 0),"
                                + " ' go back') FROM payment p WHERE p.received_minor IS NOT NULL AND p.received_minor <>"
                                + " COALESCE((SELECT SUM(s.amount_minor) FROM payment_order s WHERE s.payment_id = p.id"
                                + " AND s.state IN ('PAID', 'LATE')), 0)"
                                + " + COALESCE((SELECT SUM(r.amount_minor) FROM refund r WHERE r.payment_id = p.id AND r.quantity = 0), 0)"));
        return wrongs;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database) + "&connectTimeout=10000&socketTimeout=30000");
    }
}
