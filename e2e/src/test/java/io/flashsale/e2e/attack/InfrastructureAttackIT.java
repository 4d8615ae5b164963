package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Processes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-73 to S-75: around the system instead of through it. */
class InfrastructureAttackIT {

    private static final List<String> PARTS =
            List.of("edge", "backend", "consumer", "cms", "mysql", "redis", "namesrv", "broker");

    private final Installation installation = Installation.fromEnvironment();
    private final Processes processes = new Processes(installation);

    @Test
    void nothing_listens_anywhere_but_on_loopback() throws IOException {
        Set<String> inodes = new HashSet<>();
        for (String part : PARTS) {
            for (long pid : withChildren(processes.pid(part))) {
                inodes.addAll(socketsOf(pid));
            }
        }
        List<String> open = new ArrayList<>();
        int listeners = 0;
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] field = line.strip().split("\\s+");
                if (field.length > 9 && field[3].equals("0A") && inodes.contains(field[9])) {
                    listeners++;
                    if (!isLoopback(field[1])) {
                        open.add(table + " " + field[1]);
                    }
                }
            }
        }
        assertThat(listeners)
                .as("listening sockets of the system's own processes")
                .isGreaterThanOrEqualTo(PARTS.size());
        assertThat(open).as("sockets that others could reach").isEmpty();
    }

    /** 127.0.0.1, ::1, or ::ffff:127.0.0.1, as the kernel writes them. */
    private static boolean isLoopback(String address) {
        return address.startsWith("0100007F:")
                || address.startsWith("00000000000000000000000001000000:")
                || address.startsWith("0000000000000000FFFF00000100007F:");
    }

    private static List<Long> withChildren(long pid) {
        return Stream.concat(
                        Stream.of(pid),
                        ProcessHandle.of(pid).stream()
                                .flatMap(ProcessHandle::descendants)
                                .map(ProcessHandle::pid))
                .toList();
    }

    private static Set<String> socketsOf(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring(8, target.length() - 1));
                    }
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        return inodes;
    }

    @Test
    void redis_answers_nobody_without_credentials_or_with_usual_ones() {
        for (String[] credentials : new @Nullable String[][] {
            {null, null}, {"default", ""}, {"default", "redis"}, {"edge", "edge"}, {"root", "root"}
        }) {
            assertThatThrownBy(() -> withRedis(credentials[0], credentials[1], redis -> redis.get("fs:control")))
                    .as("%s", (Object) credentials)
                    .isInstanceOf(RedisException.class);
        }
    }

    @Test
    void the_edges_redis_account_can_neither_change_the_library_nor_the_server() {
        refuses("edge", "redis-edge", redis -> redis.configGet("*"));
        refuses("edge", "redis-edge", RedisCommands::flushall);
        refuses("edge", "redis-edge", redis -> redis.eval("return 1", ScriptOutputType.INTEGER));
        refuses(
                "edge",
                "redis-edge",
                redis -> redis.functionLoad("#!lua name=x\nredis.register_function('y', function() end)", true));
        refuses("edge", "redis-edge", redis -> redis.keys("*"));
        refuses("edge", "redis-edge", redis -> redis.get("elsewhere"));
        refuses("edge", "redis-edge", redis -> redis.del("fs:control"));
    }

    @Test
    void the_backends_redis_account_has_no_dangerous_commands() {
        refuses("backend", "redis-backend", RedisCommands::flushall);
        refuses("backend", "redis-backend", redis -> redis.eval("return 1", ScriptOutputType.INTEGER));
        refuses("backend", "redis-backend", redis -> redis.configSet("maxmemory", "1"));
        refuses("backend", "redis-backend", InfrastructureAttackIT::shutdown);
        refuses("backend", "redis-backend", redis -> redis.set("elsewhere", "x"));
    }

    /** Lettuce's own method for it does not wait for the answer. */
    private static void shutdown(RedisCommands<String, String> redis) {
        redis.dispatch(
                CommandType.SHUTDOWN,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).add("NOSAVE"));
    }

    private void refuses(String user, String secret, Consumer<RedisCommands<String, String>> command) {
        assertThatThrownBy(() -> withRedis(user, installation.secret(secret), command))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("NOPERM");
    }

    private void withRedis(
            @Nullable String user, @Nullable String password, Consumer<RedisCommands<String, String>> command) {
        var uri = RedisURI.builder().withHost("127.0.0.1").withPort(installation.port("REDIS"));
        if (user != null && password != null) {
            uri.withAuthentication(user, password.toCharArray());
        }
        RedisClient client = RedisClient.create(uri.build());
        try (var connection = client.connect()) {
            command.accept(connection.sync());
        } finally {
            client.shutdown();
        }
    }

    @Test
    void mysql_answers_nobody_without_credentials_or_with_usual_ones() {
        for (String[] credentials : new String[][] {
            {"root", ""}, {"root", "root"}, {"", ""}, {"flashsale", "flashsale"}, {"backend", "backend"}
        }) {
            assertThatThrownBy(() -> DriverManager.getConnection(url(), credentials[0], credentials[1]))
                    .as("%s", (Object) credentials)
                    .isInstanceOf(SQLException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"backend", "consumer", "cms", "operator"})
    void no_services_mysql_account_changes_tables_or_rewrites_the_ledger_or_the_audit(String user) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), user, installation.secret("mysql-" + user));
                Statement statement = connection.createStatement()) {
            for (String forbidden : List.of(
                    "DROP TABLE orders",
                    "CREATE TABLE mine (x INT)",
                    "ALTER TABLE orders ADD mine INT",
                    "UPDATE stock_ledger SET delta_held = 0",
                    "DELETE FROM stock_ledger",
                    "UPDATE audit_log SET actor = 'x'",
                    "DELETE FROM audit_log",
                    "CREATE USER mine",
                    "SELECT * FROM mysql.global_priv",
                    "SET GLOBAL max_connections = 1")) {
                assertThatThrownBy(() -> statement.execute(forbidden))
                        .as("%s: %s", user, forbidden)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("denied");
            }
        }
    }

    private String url() {
        return "jdbc:mysql://127.0.0.1:%d/flashsale".formatted(installation.port("MYSQL"));
    }

    @Test
    void internal_paths_want_their_token_even_on_loopback() {
        for (URI url : List.of(
                installation.url("BACKEND", "/internal/status"),
                installation.url("BACKEND", "/internal/stock/SKU0001"),
                installation.url("CMS", "/api/admin/promos"))) {
            assertThat(Http.send("GET", url, null).status()).as("%s", url).isIn(401, 403);
            assertThat(Http.send("GET", url, null, "X-Flashsale-Internal", "wrong", "Authorization", "Bearer wrong")
                            .status())
                    .as("%s", url)
                    .isIn(401, 403);
        }
        for (URI url : List.of(
                installation.url("BACKEND", "/internal/orders"),
                installation.url("BACKEND", "/internal/buyers"),
                installation.url("CONSUMER", "/internal/orders/1-a/cancel"))) {
            Http.Answer answer = Http.send("POST", url, "[]", "Content-Type", "application/json");
            assertThat(answer.status()).as("%s: %s", url, answer).isIn(401, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator",
                "/actuator/env",
                "/actuator/heapdump",
                "/actuator/beans",
                "/actuator/loggers",
                "/jolokia",
                "/h2-console",
                "/error"
            })
    void services_show_no_insides(String path) {
        for (String part : List.of("BACKEND", "CONSUMER", "CMS")) {
            Http.Answer answer = Http.send("GET", installation.url(part, path), null);
            // The CMS leads whoever is not known to its login, whatever they ask for.
            List<Integer> noes = part.equals("CMS") ? List.of(302, 401, 403, 404) : List.of(401, 403, 404, 500);
            assertThat(answer.status()).as("%s %s: %s", part, path, answer).isIn(noes);
            assertThat(answer.body()).doesNotContain("PASSWORD", "java.version", "at io.", "at org.");
        }
    }

    @Test
    void secrets_are_private_files_and_stand_in_no_log_no_process_list_and_no_other_file() throws IOException {
        Path home = installation.home();
        List<String> secrets = new ArrayList<>();
        try (Stream<Path> files = Files.list(home.resolve("secrets"))) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
                String text = Files.readString(file).strip();
                if (!file.getFileName().toString().contains(".") && !text.contains(" ") && text.length() >= 16) {
                    secrets.add(text);
                }
            }
        }
        assertThat(secrets).hasSizeGreaterThanOrEqualTo(8);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        for (String part : PARTS) {
            for (long pid : withChildren(processes.pid(part))) {
                for (String shown : List.of("cmdline", "environ")) {
                    String text = new String(
                            Files.readAllBytes(Path.of("/proc/" + pid + "/" + shown)), StandardCharsets.ISO_8859_1);
                    secrets.forEach(secret -> assertThat(text.contains(secret))
                            .as("a secret in /proc/%d/%s of %s", pid, shown, part)
                            .isFalse());
                }
            }
        }
        try (Stream<Path> logs = Files.walk(home.resolve("logs"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(log, StandardCharsets.ISO_8859_1);
                secrets.forEach(secret -> assertThat(text.contains(secret))
                        .as("a secret in %s", log)
                        .isFalse());
            }
        }
    }
}
