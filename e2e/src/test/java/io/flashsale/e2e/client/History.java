package io.flashsale.e2e.client;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import io.flashsale.e2e.checker.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the clients of one sale did, a line of JSON per event. An attempt's line is with the kernel before its request is sent,
 * so that not even the client's own death hides one. The checker is given what the file says, not what memory says.
 */
public final class History implements AutoCloseable {

    private final Path file;
    private final java.io.OutputStream out;
    private final AtomicLong numbers = new AtomicLong();

    public History(Path file) {
        this.file = file;
        try {
            Files.createDirectories(file.getParent());
            this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the history " + file, e);
        }
    }

    /** An attempt is about to be sent; returns its number. */
    public long invoke(String userId, int level, String sku, int quantity, @Nullable String requestId) {
        long number = numbers.getAndIncrement();
        Map<String, Object> line = line("invoke", number);
        line.put("user", userId);
        line.put("level", level);
        line.put("sku", sku);
        line.put("quantity", quantity);
        put(line, "key", requestId);
        write(line);
        return number;
    }

    void answered(long number, int status, @Nullable String code, @Nullable String orderId, @Nullable String message) {
        Map<String, Object> line = line("answered", number);
        line.put("status", status);
        put(line, "code", code);
        put(line, "order", orderId);
        put(line, "said", message);
        write(line);
    }

    public void lost(long number, String why) {
        Map<String, Object> line = line("lost", number);
        line.put("why", why);
        write(line);
    }

    /** An order id that this attempt made, where the test played the edge's part and nobody answered. */
    public void unknown(long number, String orderId) {
        answered(number, 202, "PENDING", orderId, null);
    }

    void read(String userId, String orderId, int status, @Nullable String state, boolean settled) {
        Map<String, Object> line = line("read", numbers.getAndIncrement());
        line.put("user", userId);
        line.put("order", orderId);
        line.put("status", status);
        put(line, "state", state);
        line.put("settled", settled);
        write(line);
    }

    /** All attempts, as the file has them. */
    public List<Attempt> attempts() {
        Map<Long, Attempt> attempts = new LinkedHashMap<>();
        for (JsonNode line : lines()) {
            long number = line.get("n").asLong();
            Instant at = at(line);
            switch (line.get("event").asString()) {
                case "invoke" ->
                    attempts.put(
                            number,
                            new Attempt(
                                    number,
                                    line.get("user").asString(),
                                    line.get("level").asInt(),
                                    line.get("sku").asString(),
                                    line.get("quantity").asInt(),
                                    text(line, "key"),
                                    at,
                                    new Outcome.InFlight()));
                case "answered" ->
                    attempts.computeIfPresent(
                            number,
                            (n, a) -> ended(
                                    a,
                                    new Outcome.Answered(
                                            at,
                                            line.get("status").asInt(),
                                            text(line, "code"),
                                            text(line, "order"),
                                            text(line, "said"))));
                case "lost" ->
                    attempts.computeIfPresent(
                            number,
                            (n, a) -> ended(
                                    a, new Outcome.Lost(at, line.get("why").asString())));
                default -> {}
            }
        }
        return List.copyOf(attempts.values());
    }

    /** All reads of orders, as the file has them. */
    public List<Reading> readings() {
        List<Reading> readings = new ArrayList<>();
        for (JsonNode line : lines()) {
            if (line.get("event").asString().equals("read")) {
                readings.add(new Reading(
                        at(line),
                        line.get("user").asString(),
                        line.get("order").asString(),
                        line.get("status").asInt(),
                        text(line, "state"),
                        line.get("settled").asBoolean()));
            }
        }
        return readings;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the history " + file, e);
        }
    }

    private List<JsonNode> lines() {
        return Installation.read(file).lines().map(Http.JSON::readTree).toList();
    }

    private static Attempt ended(Attempt a, Outcome outcome) {
        return new Attempt(
                a.number(), a.userId(), a.level(), a.sku(), a.quantity(), a.requestId(), a.invokedAt(), outcome);
    }

    private static Instant at(JsonNode line) {
        return Instant.parse(line.get("at").asString());
    }

    private static @Nullable String text(JsonNode line, String field) {
        JsonNode node = line.get(field);
        return node == null ? null : node.asString();
    }

    private static Map<String, Object> line(String event, long number) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("n", number);
        line.put("event", event);
        line.put("at", Instant.now().toString());
        return line;
    }

    private static void put(Map<String, Object> line, String field, @Nullable String value) {
        if (value != null) {
            line.put(field, value);
        }
    }

    private void write(Map<String, Object> line) {
        byte[] bytes = (Http.JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            try {
                out.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the history " + file, e);
            }
        }
    }
}
