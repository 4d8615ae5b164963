package io.flashsale.backend.functions;

import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The functions of {@code edge-lua/redis/flashsale.lua}, called as their headers say, on one Redis. */
final class Library implements AutoCloseable {

    static final long FOREVER = 99_999_999_999_999L;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    final RedisCommands<String, String> redis;

    Library(String host, int port) {
        client = RedisClient.create(RedisURI.create(host, port));
        connection = client.connect();
        redis = connection.sync();
    }

    static String source() {
        try {
            return Files.readString(
                    Path.of(System.getProperty("flashsale.root"), "edge-lua", "redis", "flashsale.lua"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int uncovered;
    /** Every second reservation is asked for by the function whose reply is one line. */
    private boolean inOneLine;

    void load() {
        redis.functionLoad(source(), true);
    }

    /** Installs an item with rows already in MySQL and grants it under {@code nonce}. */
    void installAndGrant(StockKeys keys, Map<String, String> facts, Map<String, String> rows, String nonce) {
        installAndGrant(keys, facts, Set.of(), rows, nonce);
    }

    /** The same of an item that is for these alone, unless there are none. */
    void installAndGrant(
            StockKeys keys, Map<String, String> facts, Set<String> listed, Map<String, String> rows, String nonce) {
        var all = new LinkedHashMap<>(facts);
        if (!listed.isEmpty()) {
            all.put("listed", "1");
        }
        expectOk(install(keys, begin(all)));
        if (!listed.isEmpty()) {
            expectOk(install(keys, listed(listed)));
        }
        var chunk = new ArrayList<String>(List.of("ROWS"));
        rows.forEach((id, packed) -> {
            chunk.add(id);
            chunk.add(packed);
        });
        if (!rows.isEmpty()) {
            expectOk(install(keys, chunk));
        }
        expectOk(install(keys, List.of("END", Integer.toString(rows.size()), Integer.toString(listed.size()))));
        String granted = grant(keys, nonce, 60_000);
        if (!granted.equals("GRANTED")) {
            throw new IllegalStateException("grant answered " + granted);
        }
    }

    static List<String> begin(Map<String, String> facts) {
        var arguments = new ArrayList<String>(List.of("BEGIN"));
        facts.forEach((field, value) -> {
            arguments.add(field);
            arguments.add(value);
        });
        return arguments;
    }

    static List<String> listed(Collection<String> users) {
        var arguments = new ArrayList<String>(List.of("LISTED"));
        arguments.addAll(users);
        return arguments;
    }

    /** Whether a buyer is on the item's list. */
    String onList(StockKeys keys, String user) {
        return text("on_list", List.of(keys.item(), keys.buyers()), withItem(keys, List.of(user)));
    }

    /** Facts of a live item that opened long ago; {@code limits} as the library reads them. */
    static Map<String, String> facts(StockKeys keys, int available, int held, int sold, String limits) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("sku", keys.sku());
        facts.put("promo", "9");
        facts.put("state", "LIVE");
        facts.put("opens", "0");
        facts.put("closes", Long.toString(FOREVER));
        facts.put("hold", "1800000");
        facts.put("price", "1999");
        facts.put("currency", "CNY");
        facts.put("promo_version", "3");
        facts.put("min_level", "0");
        facts.put("limits", limits);
        facts.put("published", Integer.toString(available + held + sold));
        facts.put("available", Integer.toString(available));
        facts.put("held", Integer.toString(held));
        facts.put("sold", Integer.toString(sold));
        facts.put("restocked", "0");
        facts.put("withdrawn", "0");
        facts.put("version", "10");
        return facts;
    }

    private static void expectOk(String reply) {
        if (!reply.equals("OK")) {
            throw new IllegalStateException("install answered " + reply);
        }
    }

    String install(StockKeys keys, List<String> arguments) {
        return text("install", keys.all(), withItem(keys, arguments));
    }

    String grant(StockKeys keys, String nonce, long ttlMillis, String... olderKeys) {
        var all = new ArrayList<String>(List.of(keys.item()));
        all.addAll(List.of(olderKeys));
        return text("grant", all, List.of(nonce, Long.toString(ttlMillis), id(keys), epoch(keys)));
    }

    /** Gives the lease to another nonce and item, so that nothing else is covered; what is there can be granted again. */
    void uncover() {
        var other = new StockKeys("OTHER", 900_000 + uncovered, 1);
        installAndGrant(other, facts(other, 1, 0, 0, "-"), Map.of(), "another nonce " + uncovered++);
    }

    String drop(StockKeys keys) {
        return text("drop", keys.all(), List.of(id(keys), epoch(keys)));
    }

    String renew(String nonce, long ttlMillis) {
        return text("renew", List.of(), List.of(nonce, Long.toString(ttlMillis)));
    }

    String revoke(StockKeys keys) {
        return text("revoke", List.of(), List.of(id(keys), epoch(keys)));
    }

    List<Object> reserve(StockKeys keys, String orderId, String user, int level, int quantity, String request) {
        return reserve(keys, orderId, FOREVER, user, level, quantity, request);
    }

    List<Object> reserve(
            StockKeys keys, String orderId, long notAfter, String user, int level, int quantity, String request) {
        var arguments = withItem(
                keys,
                List.of(
                        orderId,
                        Long.toString(notAfter),
                        user,
                        Integer.toString(level),
                        Integer.toString(quantity),
                        request,
                        "trace"));
        inOneLine = !inOneLine;
        return inOneLine
                ? elements(text("reserve_line", keys.all(), arguments))
                : list("reserve", keys.all(), arguments);
    }

    private static List<Object> elements(String line) {
        return Stream.of(line.split(" "))
                .map(word -> word.matches("\\d+") ? (Object) Long.valueOf(word) : word)
                .toList();
    }

    List<Object> decide(StockKeys keys, String... idsAndVerdicts) {
        return list(
                "decide",
                List.of(keys.item(), keys.buyers(), keys.reservations(), keys.pending()),
                withItem(keys, List.of(idsAndVerdicts)));
    }

    List<Object> acknowledge(StockKeys keys, String... ids) {
        return list("acknowledge", List.of(keys.pending()), withItem(keys, List.of(ids)));
    }

    List<Object> pending(StockKeys keys, long ageMillis, int most) {
        return list(
                "pending",
                List.of(keys.pending(), keys.reservations()),
                withItem(keys, List.of(Long.toString(ageMillis), Integer.toString(most))));
    }

    String apply(StockKeys keys, long version, String kind, String... arguments) {
        var all = new ArrayList<String>(List.of(Long.toString(version), kind));
        all.addAll(List.of(arguments));
        return text(
                "apply", List.of(keys.item(), keys.buyers(), keys.reservations(), keys.pending()), withItem(keys, all));
    }

    String retake(StockKeys keys, String orderId, long version) {
        return text(
                "retake",
                List.of(keys.item(), keys.buyers(), keys.reservations()),
                withItem(keys, List.of(orderId, Long.toString(version))));
    }

    String withdraw(StockKeys keys, String operation, int units) {
        return text("withdraw", List.of(keys.item()), withItem(keys, List.of(operation, Integer.toString(units))));
    }

    List<Object> snapshot(StockKeys keys) {
        return list("snapshot", List.of(keys.item()), List.of(id(keys), epoch(keys)));
    }

    /** What changed since a reply that told this life and number. */
    List<Object> changes(String life, long number) {
        return list("changes", List.of(), List.of(life, Long.toString(number)));
    }

    /** A counter of the item's hash. */
    long counter(StockKeys keys, String field) {
        String value = redis.hget(keys.item(), field);
        return value == null ? -1 : Long.parseLong(value);
    }

    Reservation reservation(StockKeys keys, String orderId) {
        return Reservation.unpack(redis.hget(keys.reservations(), orderId));
    }

    private static String id(StockKeys keys) {
        return Long.toString(keys.promoItemId());
    }

    private static String epoch(StockKeys keys) {
        return Long.toString(keys.epoch());
    }

    private static List<String> withItem(StockKeys keys, List<String> arguments) {
        var all = new ArrayList<String>(List.of(id(keys), epoch(keys)));
        all.addAll(arguments);
        return all;
    }

    private String text(String function, List<String> keys, List<String> arguments) {
        return redis.fcall(
                function, ScriptOutputType.VALUE, keys.toArray(new String[0]), arguments.toArray(new String[0]));
    }

    private List<Object> list(String function, List<String> keys, List<String> arguments) {
        return redis.fcall(
                function, ScriptOutputType.MULTI, keys.toArray(new String[0]), arguments.toArray(new String[0]));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
