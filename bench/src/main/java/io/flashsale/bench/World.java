package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A Redis of its own with the function library, a catalogue and blacklists in it, as the backend writes them, and a beat: the world as an
 * edge knows it, of any size in seconds. Carried from MySQL by the backend, ten thousand SKUs and a million entries would take far longer
 * than a benchmark may; to the edge it is the same. There is no backend in it, so nothing can be bought.
 */
final class World implements AutoCloseable {

    private static final int AT_ONCE = 500; // entries in one command
    private static final int UNITS = 1_000_000;
    private static final long HOUR = 3_600_000;

    /** Signs for all of them, so that a buyer's session is good in each. */
    private static final String KEY = "bench " + random() + "\n";

    private final Path root;
    private final Path folder;
    private final Child redis;
    private final Child beat;
    private int items;
    private int edges;

    World(Path root) {
        this.root = root;
        try {
            folder = Files.createTempDirectory("flashsale-world"); // a unix socket's path is short
            Files.writeString(secret("redis-edge"), random());
            Files.writeString(secret("edge-token"), random());
            Files.writeString(secret("session-keys"), KEY);
            Files.writeString(folder.resolve("redis.conf"), configuration());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis = new Child(
                List.of("redis-server", folder.resolve("redis.conf").toString()), Map.of(), folder.resolve("log"));
        Target.await("a Redis of its own answers", Duration.ofSeconds(10), () -> Commands.run(cli("PING"), Map.of())
                .output()
                .startsWith("PONG"));
        Commands.require(cli("-x", "FUNCTION", "LOAD"), Map.of(), root.resolve("edge-lua/redis/flashsale.lua"));
        beat = new Child(
                cli("-r", "-1", "-i", "0.2", "HINCRBY", "fs:control", "beat", "1"), Map.of(), folder.resolve("beat"));
    }

    Path sessionKeys() {
        return secret("session-keys");
    }

    /** An edge that follows it, in a folder of its own. */
    Edge edge(Cpus cpus) {
        edges++;
        return new Edge(
                root,
                folder.resolve("edge" + edges),
                Map.of(
                        "FLASHSALE_REDIS_SOCKET", socket(),
                        "FLASHSALE_REDIS_EDGE_PASSWORD_FILE",
                                secret("redis-edge").toString(),
                        "FLASHSALE_EDGE_TOKEN_FILE", secret("edge-token").toString(),
                        "FLASHSALE_SESSION_KEYS_FILE", secret("session-keys").toString(),
                        "FLASHSALE_BACKENDS", "127.0.0.1:" + Nginx.freePort()),
                cpus);
    }

    /** Publishes items with a million units, which are all there still or all sold. */
    List<String> publish(int count, boolean sold) {
        List<String> skus = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items++;
            String sku = "SKU-" + items;
            skus.add(sku);
            commands.addAll(publication(items, sku, sold ? 0 : UNITS));
        }
        commands.add("HINCRBY fs:catalog version 1");
        send(commands);
        return skus;
    }

    private static List<String> publication(int id, String sku, int available) {
        String key = "fs:{" + sku + "}:" + id + ":1:";
        String keys = String.join(
                " ",
                List.of(
                        key + "item",
                        key + "buyers",
                        key + "requests",
                        key + "reservations",
                        key + "pending",
                        key + "holders"));
        long now = System.currentTimeMillis();
        String facts =
                "sku %s promo %d state LIVE opens %d closes %d hold 1800000 price 1999 currency CNY promo_version 1 min_level 0 limits - published %d available %d held 0 sold %d restocked 0 withdrawn 0 version 1"
                        .formatted(sku, id, now - HOUR, now + HOUR, UNITS, available, UNITS - available);
        String entry =
                "{\"itemId\":%d,\"epoch\":1,\"promoId\":%d,\"promoName\":\"Promo %d\",\"promoVersion\":1,\"sku\":\"%s\",\"name\":\"Name of %s\",\"priceMinor\":1999,\"currency\":\"CNY\",\"opens\":%d,\"closes\":%d,\"holdMs\":1800000,\"state\":\"LIVE\",\"minLevel\":0,\"limits\":\"-\",\"published\":%d,\"public\":true}"
                        .formatted(id, id, id, sku, sku, now - HOUR, now + HOUR, UNITS);
        return List.of(
                "FCALL install 6 %s %d 1 BEGIN %s".formatted(keys, id, facts),
                "FCALL install 6 %s %d 1 END 0".formatted(keys, id),
                "FCALL grant 1 %sitem bench %d %d 1".formatted(key, HOUR, id),
                "HSET fs:catalog %s '%s'".formatted(sku, entry));
    }

    /** Adds so many entries to a list, until they are lifted. */
    void blacklist(String kind, int count, IntFunction<String> value) {
        List<String> commands = new ArrayList<>();
        for (int from = 0; from < count; from += AT_ONCE) {
            var command = new StringBuilder("HSET fs:blacklist:").append(kind);
            for (int i = from; i < Math.min(count, from + AT_ONCE); i++) {
                command.append(' ').append(value.apply(i)).append(" 0");
            }
            commands.add(command.toString());
        }
        send(commands);
    }

    /** How many reservations were asked for so far. */
    long reservations() {
        return Commands.require(cli("INFO", "commandstats"), Map.of())
                .lines()
                .filter(line -> line.startsWith("cmdstat_fcall:calls="))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D*(\\d+).*", "$1")))
                .sum();
    }

    private void send(List<String> commands) {
        Path file = folder.resolve("commands");
        try {
            Files.write(file, commands);
            String said = Commands.require(cli("--pipe"), Map.of(), file);
            Files.delete(file);
            if (!said.contains("errors: 0,")) {
                throw new IllegalStateException("Redis did not take what it was sent: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> cli(String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-s", socket()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** With the edge's rights as they are in the system. */
    private String configuration() throws IOException {
        String edge = Files.readAllLines(root.resolve("ops/redis/users.acl")).stream()
                .filter(line -> line.startsWith("user edge "))
                .findFirst()
                .orElseThrow()
                .replace("{edge}", ">" + Files.readString(secret("redis-edge")));
        return "port 0\nunixsocket \"%s\"\nsave \"\"\nappendonly no\ndir \"%s\"\n%s\n"
                .formatted(socket(), folder, edge);
    }

    private String socket() {
        return folder.resolve("redis.sock").toString();
    }

    private Path secret(String name) {
        return folder.resolve(name);
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public void close() {
        beat.close();
        redis.close();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
