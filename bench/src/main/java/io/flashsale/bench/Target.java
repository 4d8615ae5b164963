package io.flashsale.bench;

import io.flashsale.e2e.client.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** The system under load: a private copy with ports and data of its own, or one that runs already. */
final class Target implements AutoCloseable {

    private static final List<String> PARTS =
            List.of("EDGE", "BACKEND", "CONSUMER", "CMS", "SANDBOX", "MYSQL", "REDIS", "NAMESRV", "BROKER");

    record Buyer(String userId, int level, String session) {}

    record Item(long id, long promo, long epoch) {}

    private final Path root;
    private final Path home;
    private final boolean owned;
    private final Map<String, String> environment = new HashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();

    private Target(Path root, Path home, boolean owned) {
        this.root = root;
        this.home = home;
        this.owned = owned;
        environment.put("FLASHSALE_HOME", home.toString());
    }

    static Target own(Path root) {
        var target = new Target(root, root.resolve("target/bench-system"), true);
        int base = freePorts();
        for (int i = 0; i < PARTS.size(); i++) {
            // the broker opens the ports around its own, too
            int offset = PARTS.get(i).equals("BROKER") ? 15 : i;
            target.environment.put("FLASHSALE_" + PARTS.get(i) + "_PORT", Integer.toString(base + offset));
        }
        return target;
    }

    /** What `./flashsale up` started, with the ports that the environment names, or their defaults. */
    static Target running(Path root) {
        Map<String, Integer> defaults = Map.of(
                "EDGE",
                8080,
                "BACKEND",
                8081,
                "CONSUMER",
                8082,
                "CMS",
                8083,
                "SANDBOX",
                8084,
                "MYSQL",
                13306,
                "REDIS",
                16379,
                "NAMESRV",
                19876,
                "BROKER",
                20911);
        String home = System.getenv()
                .getOrDefault("FLASHSALE_HOME", root.resolve(".run").toString());
        var target = new Target(root, Path.of(home), false);
        defaults.forEach((part, port) -> {
            String name = "FLASHSALE_" + part + "_PORT";
            target.environment.put(name, System.getenv().getOrDefault(name, port.toString()));
        });
        return target;
    }

    boolean owned() {
        return owned;
    }

    Path root() {
        return root;
    }

    /** What a part's configuration says; the last line counts. */
    String setting(String file, String name) {
        try (var lines = Files.lines(home.resolve(file))) {
            return lines.filter(line -> line.matches(name + "[ =].*"))
                    .reduce("?", (earlier, line) -> line.substring(name.length() + 1)
                            .strip());
        } catch (IOException e) {
            throw new UncheckedIOException("is the system up? " + home, e);
        }
    }

    /** As the checker of the tests finds its stores. */
    Installation installation() {
        return new Installation(root, home, environment);
    }

    Path home() {
        return home;
    }

    int port(String part) {
        return Integer.parseInt(environment.getOrDefault("FLASHSALE_" + part + "_PORT", "0"));
    }

    String secret(String name) {
        try {
            return Files.readString(home.resolve("secrets").resolve(name)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("is the system up? " + home, e);
        }
    }

    /** Starts what is not running, with settings of its own for the edge. */
    void up(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(settings);
        Commands.require(List.of(root + "/flashsale", "up", "--yes"), all);
        if (owned) {
            catchNobody();
        }
    }

    /** The rules of traffic as they are shipped, or none of them; and whom they have caught is let in again. */
    void catchBots(boolean whether) {
        try (var connection = mysql("operator");
                var statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE traffic_rule SET version = version + 1, mode = "
                    + (whether
                            ? "IF(name IN ('account-requests', 'account-throttled', 'address-failed', 'address-malformed'), 'ARMED', 'DRY')"
                            : "'OFF'"));
            statement.executeUpdate("UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL"
                    + " WHERE source LIKE 'rule:%' AND lifted_at IS NULL");
            await(
                    "the blacklist is carried",
                    Duration.ofSeconds(60),
                    () -> count(connection, "SELECT COUNT(*) FROM blacklist_entry WHERE change_seq IS NULL") == 0);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot change the rules of traffic", e);
        }
        // The backend reads the rules once a second, the edges follow the list in less.
        Clock.pass(2);
    }

    /** Orders that edges have brought to the backend, by its own count. */
    double backendOrders() {
        try {
            String page = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("BACKEND") + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return page.lines()
                    .filter(line -> line.startsWith("flashsale_backend_orders_total"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("the backend's metrics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The load is what the rules of traffic are against: edges count and tell of it, but for an exempt address, and nobody is kept out. */
    private void catchNobody() {
        try (var connection = mysql("operator");
                var statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE traffic_rule SET mode = 'OFF', version = version + 1 WHERE mode <> 'OFF'");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot switch the rules of traffic off", e);
        }
    }

    String flashsale(String... arguments) {
        List<String> command = new ArrayList<>(List.of(root + "/flashsale"));
        command.addAll(List.of(arguments));
        return Commands.require(command, environment);
    }

    /** Ends nginx and starts it anew with these settings; returns its only worker, or 0. */
    long restartEdge(Map<String, String> settings) {
        long old = pid("edge");
        ProcessHandle.of(old).ifPresent(ProcessHandle::destroy);
        await("the edge ends", Duration.ofSeconds(15), () -> ProcessHandle.of(old)
                .filter(ProcessHandle::isAlive)
                .isEmpty());
        up(settings);
        return ProcessHandle.of(pid("edge"))
                .flatMap(master -> master.children().findFirst())
                .map(ProcessHandle::pid)
                .orElse(0L);
    }

    long pid(String part) {
        try {
            return Long.parseLong(
                    Files.readString(home.resolve("pids").resolve(part)).strip().split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("is the system up? " + home, e);
        }
    }

    List<Buyer> buyers(int count, String prefix) {
        return flashsale("buyers", Integer.toString(count), "--prefix", prefix)
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.split(","))
                .map(f -> new Buyer(f[0], Integer.parseInt(f[1]), f[2]))
                .toList();
    }

    void publish(String sku, int stock) {
        publish(sku, stock, "now", "+6h");
    }

    void publish(String sku, int stock, String opens, String closes, String... more) {
        var arguments = new ArrayList<>(List.of(
                "promo",
                "publish",
                "--sku",
                sku,
                "--stock",
                Integer.toString(stock),
                "--opens",
                opens,
                "--closes",
                closes,
                "--hold",
                "6h",
                "--price",
                "1999"));
        arguments.addAll(List.of(more));
        flashsale(arguments.toArray(String[]::new));
        await("the edge knows " + sku, Duration.ofSeconds(15), () -> {
            String body = "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sku);
            int status = post("EDGE", "/buy", body).statusCode();
            return status != 404 && status != 503;
        });
    }

    /** Blacklists as a person would, for some hours, but all in one insert: the CMS waits for each to be carried. */
    void blacklist(String kind, List<String> values) {
        try (var connection = mysql("operator")) {
            try (var insert = connection.prepareStatement(
                    """
                    INSERT INTO blacklist_entry (kind, value, reason, source, created_at, expires_at)
                    VALUES (?, ?, 'bench', 'bench', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 2 HOUR)""")) {
                for (String value : values) {
                    insert.setString(1, kind);
                    insert.setString(2, value);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            await(
                    "the blacklist is carried",
                    Duration.ofSeconds(60),
                    () -> count(
                                    connection,
                                    """
                    SELECT COUNT(*) FROM blacklist_entry WHERE change_seq IS NULL""")
                            == 0);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot blacklist", e);
        }
    }

    /** The newest of a SKU. */
    Item item(String sku) {
        try (var connection = mysql("operator");
                var statement = connection.prepareStatement(
                        "SELECT id, promo_id, epoch FROM promo_item WHERE sku = ? ORDER BY id DESC LIMIT 1")) {
            statement.setString(1, sku);
            try (var row = statement.executeQuery()) {
                row.next();
                return new Item(row.getLong(1), row.getLong(2), row.getLong(3));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the item " + sku, e);
        }
    }

    private static long count(Connection connection, String query) {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    HttpResponse<String> post(String part, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(part) + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(part + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Connection mysql(String user) {
        String url = "jdbc:mysql://127.0.0.1:%d/flashsale?rewriteBatchedStatements=true".formatted(port("MYSQL"));
        try {
            return DriverManager.getConnection(url, user, secret("mysql-" + user));
        } catch (SQLException e) {
            throw new IllegalStateException("cannot reach MySQL", e);
        }
    }

    @Override
    public void close() {
        if (owned) {
            Commands.run(List.of(root + "/flashsale", "reset", "--yes"), environment);
        }
    }

    static void await(String what, Duration most, BooleanSupplier condition) {
        long deadline = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not within " + most.toSeconds() + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    /** The first of twenty ports in a row that nobody listens on, below those that the kernel gives to clients. */
    private static int freePorts() {
        var random = new Random();
        for (int attempt = 0; attempt < 50; attempt++) {
            int base = 22_000 + 20 * random.nextInt(450);
            boolean free = true;
            for (int port = base; port < base + 20 && free; port++) {
                free = isFree(port);
            }
            if (free) {
                return base;
            }
        }
        throw new IllegalStateException("no twenty free ports in a row from 22000 to 31000");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
