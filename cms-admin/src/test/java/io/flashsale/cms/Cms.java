package io.flashsale.cms;

import io.flashsale.testkit.RealMySql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole service over real HTTP on a port of its own, against a database of its own, with the rights that its
 * account has in a real installation. Where a test wants changes to be carried, {@link #carrying} plays the backend.
 */
public final class Cms implements AutoCloseable {

    public static final String TOKEN = "operator-token-of-32-characters-or-more";

    private static final JsonMapper JSON = new JsonMapper();
    private static int started;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String database;
    private final Path cdn;
    private final ConfigurableApplicationContext context;
    private final int port;
    private volatile boolean carries;
    private @Nullable Thread carrier;

    private Cms(String database, Path cdn, ConfigurableApplicationContext context) {
        this.database = database;
        this.cdn = cdn;
        this.context = context;
        var server = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer());
        this.port = server.getPort();
    }

    /** Starts it; {@code settings}, as {@code name=value}, go before what it needs. */
    public static synchronized Cms start(String... settings) {
        var mySql = RealMySql.shared();
        return startAt(mySql.port(), settings);
    }

    /** The same, reaching the database through another port. */
    public static synchronized Cms startAt(int mysqlPort, String... settings) {
        return startOn(RealMySql.shared().createMigratedDatabase(), mysqlPort, settings);
    }

    /** One more, on the same database. */
    public static synchronized Cms beside(Cms other) {
        return startOn(other.database, RealMySql.shared().port());
    }

    private static Cms startOn(String database, int mysqlPort, String... settings) {
        started++;
        String user = "cms_" + started;
        String password = "password-of-" + user;
        RealMySql.shared().createUser(user, password, "cms", database);
        try {
            Path secrets = Files.createTempDirectory("cms-secrets");
            secrets.toFile().deleteOnExit();
            var values = new LinkedHashMap<String, Object>();
            values.put("server.port", 0);
            values.put("flashsale.mysql.url", "jdbc:mysql://127.0.0.1:" + mysqlPort + "/" + database);
            values.put("flashsale.mysql.user", user);
            values.put("flashsale.mysql.password-file", secret(secrets, "mysql", password));
            values.put("flashsale.operator-token-file", secret(secrets, "token", TOKEN));
            values.put("flashsale.carry-wait", "100ms");
            Path cdn = Files.createTempDirectory("cms-cdn");
            values.put("flashsale.cdn-directory", cdn);
            values.put("logging.level.root", "error");
            for (String setting : settings) {
                int equals = setting.indexOf('=');
                values.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
            String[] arguments = values.entrySet().stream()
                    .map(value -> "--" + value.getKey() + "=" + value.getValue())
                    .toArray(String[]::new);
            var application = new SpringApplication(CmsAdminApplication.class);
            application.setRegisterShutdownHook(false);
            return new Cms(database, cdn, application.run(arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path secret(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text + "\n");
        file.toFile().deleteOnExit();
        return file;
    }

    /** A part of it, for a test that puts it beside another clock. */
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /** What it has for whom: {@code GET /promos/{id}} of each method of a controller. */
    public List<String> endpoints() {
        return context
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .stream()
                .flatMap(mapping -> mapping.getPatternValues().stream()
                        .flatMap(path ->
                                mapping.getMethodsCondition().getMethods().isEmpty()
                                        ? Stream.of("ANY " + path)
                                        : mapping.getMethodsCondition().getMethods().stream()
                                                .map(method -> method + " " + path)))
                .sorted()
                .toList();
    }

    /** An answer of the service. */
    public record Answer(int status, HttpResponse<String> raw, JsonNode body) {

        public String code() {
            return body.path("code").asString();
        }

        public String field() {
            return body.path("field").asString();
        }

        public String detail() {
            return body.path("detail").asString();
        }
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer post(String path, String body) {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    public Answer post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    public HttpRequest.Builder request(String path) {
        return anonymous(path).header("Authorization", "Bearer " + TOKEN);
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            JsonNode body = response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
            return new Answer(response.statusCode(), response, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What is not JSON. */
    public HttpResponse<String> text(String path, String type) {
        return text(request(path).header("Accept", type));
    }

    /** What is not JSON. */
    public HttpResponse<String> text(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String database() {
        return database;
    }

    /** What shoppers' browsers fetch from. */
    public Path cdn() {
        return cdn;
    }

    public int port() {
        return port;
    }

    /** All rows of a query, as text by column. */
    public List<Map<String, String>> rows(String sql, @Nullable Object... parameters) {
        try (Connection connection = RealMySql.shared().connect(database);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            var rows = new ArrayList<Map<String, String>>();
            if (statement.execute()) {
                try (ResultSet result = statement.getResultSet()) {
                    int columns = result.getMetaData().getColumnCount();
                    while (result.next()) {
                        var row = new LinkedHashMap<String, String>();
                        for (int i = 1; i <= columns; i++) {
                            row.put(result.getMetaData().getColumnLabel(i), String.valueOf(result.getObject(i)));
                        }
                        rows.add(row);
                    }
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of the first row. */
    public String value(String sql, Object... parameters) {
        return rows(sql, parameters).get(0).values().iterator().next();
    }

    /** Marks every effect and blacklist change as carried, as the backend would, until the service is closed. */
    public Cms carrying() {
        carries = true;
        carrier = new Thread(
                () -> {
                    while (carries) {
                        carryOnce();
                        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                    }
                },
                "carrier");
        carrier.start();
        return this;
    }

    public void carryOnce() {
        rows(
                "UPDATE redis_effect SET applied_at = UTC_TIMESTAMP(3) WHERE applied_at IS NULL AND not_before <= UTC_TIMESTAMP(3)");
        rows("UPDATE blacklist_entry SET change_seq = id WHERE change_seq IS NULL");
    }

    @Override
    public void close() {
        carries = false;
        if (carrier != null) {
            try {
                carrier.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        context.close();
    }
}
