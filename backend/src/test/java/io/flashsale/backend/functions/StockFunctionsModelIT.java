package io.flashsale.backend.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import io.flashsale.testkit.RealRedis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands, each answered by Redis and by the model; after every one the two are equal and the identity holds, and who follows
 * the changes was told if the item's snapshot became another.
 */
class StockFunctionsModelIT {

    private static final int COMMANDS = 3_000;
    private static final int BASE_VERSION = 10;
    private static final int PUBLISHED = 12;

    private static RealRedis server;
    private static Library library;

    private StockKeys keys = new StockKeys("SKU0001", 7, 1);
    private StockModel model = newModel(Set.of());
    private long version = BASE_VERSION;

    @BeforeAll
    static void start() {
        server = RealRedis.start();
        library = new Library(server.host(), server.port());
    }

    @AfterAll
    static void stop() {
        library.close();
        server.close();
    }

    private static StockModel newModel(Set<String> listed) {
        return new StockModel(PUBLISHED, 3, Map.of(0, 0, 2, 5), listed.isEmpty() ? null : listed, BASE_VERSION);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7})
    void redis_and_the_model_never_differ(long seed) {
        // Every second time the item is for two buyers of three.
        Set<String> listed =
                seed % 2 == 0 ? IntStream.range(0, 10).mapToObj(n -> "u" + n).collect(Collectors.toSet()) : Set.of();
        model = newModel(listed);
        library.redis.flushall();
        library.load();
        library.installAndGrant(keys, Library.facts(keys, PUBLISHED, 0, 0, "3;0=0;2=5"), listed, Map.of(), "nonce");
        var random = new Random(seed);
        var log = new ArrayList<String>();
        var follower = new Follower();
        for (int i = 0; i < COMMANDS; i++) {
            step(i, random, log);
            compare(log);
            follower.look(log);
        }
        assertThat(follower.untold)
                .as("commands that changed nothing were no news")
                .isPositive();
        assertThat(log).as("seed " + seed + " met every function and outcome").anyMatch(line -> line.contains("TAKEN"));
        List<String> outcomes = listed.isEmpty()
                ? List.of(
                        "REPLAYED",
                        "LIMIT_REACHED",
                        "ALL_RESERVED",
                        "RETAKEN",
                        "APPLIED",
                        "IGNORED",
                        "GIVEN_BACK",
                        "WITHDRAWN",
                        "TOO_FEW")
                : List.of("NOT_ELIGIBLE", "LIMIT_REACHED", "REPLAYED", "RETAKEN", "APPLIED", "GIVEN_BACK");
        for (String outcome : outcomes) {
            assertThat(log.stream().filter(line -> line.contains(outcome)).count())
                    .as(outcome + " with seed " + seed)
                    .isPositive();
        }
    }

    /** Knows the item's snapshot, and looks at it again only when it was told to. */
    private final class Follower {

        private String life = "";
        private long number;
        private List<Object> known = List.of();
        private int untold;

        void look(List<String> log) {
            var news = library.changes(life, number);
            var snapshot = library.snapshot(keys);
            var told = news.subList(4, news.size());
            if (told.contains("ALL") || told.contains(Long.toString(keys.promoItemId()))) {
                known = List.of(snapshot.get(2));
            } else {
                untold++;
            }
            life = (String) news.get(2);
            number = (Long) news.get(3);
            assertThat(known)
                    .as(() -> "what a follower knows after\n" + String.join("\n", log))
                    .isEqualTo(List.of(snapshot.get(2)));
        }
    }

    private void step(int turn, Random random, List<String> log) {
        String id = "7-" + (turn / 8 + random.nextInt(30)); // a window that moves on: ids meet all their states
        int dice = random.nextInt(100);
        if (dice < 2) {
            int number = turn / 100 + random.nextInt(4); // some twice, and each with its own units
            same(
                    log,
                    "withdraw w" + number,
                    model.withdraw("w" + number, 1 + number % 4),
                    library.withdraw(keys, "w" + number, 1 + number % 4));
        } else if (dice < 45) {
            String user = "u" + random.nextInt(15);
            int level = random.nextInt(4);
            int quantity = 1 + random.nextInt(3);
            String request = random.nextInt(3) == 0 ? "" : "r" + random.nextInt(6);
            var reply = library.reserve(keys, id, user, level, quantity, request);
            same(
                    log,
                    "reserve " + List.of(id, user, level, quantity, request),
                    model.reserve(id, user, level, quantity, request),
                    brief(reply));
        } else if (dice < 60) {
            String verdict = random.nextInt(4) == 0 ? "NOT_ELIGIBLE" : "SEND";
            var reply = library.decide(keys, id, verdict);
            same(
                    log,
                    "decide " + id + " " + verdict,
                    model.decide(id, verdict),
                    reply.size() == 1 ? reply.get(0) : reply.get(6));
        } else if (dice < 70) {
            same(log, "acknowledge " + id, model.acknowledge(id), library.acknowledge(keys, id));
        } else if (dice < 84) {
            boolean release = random.nextInt(3) > 0;
            long at = random.nextInt(6) == 0 ? BASE_VERSION : ++version;
            String kind = release ? "RELEASE" : "SOLD";
            same(log, kind + " " + id, model.finish(at, id, release ? 'C' : 'P'), library.apply(keys, at, kind, id));
        } else if (dice < 87) {
            long at = version + random.nextInt(5) - 2;
            int total = model.published() + model.withdrawn() + random.nextInt(10) - 2;
            same(
                    log,
                    "TOP_UP " + at + " " + total,
                    model.topUp(at, total),
                    library.apply(keys, at, "TOP_UP", Integer.toString(total)));
            version = Math.max(version, at);
        } else if (dice < 89) {
            long at = version + random.nextInt(5) - 2;
            String next = random.nextInt(4) == 0 ? "PAUSED" : "LIVE";
            same(
                    log,
                    "STATE " + at + " " + next,
                    model.changeState(at, next),
                    library.apply(keys, at, "STATE", next, "0", Long.toString(Library.FOREVER)));
            version = Math.max(version, at);
        } else if (dice < 91) {
            long at = ++version;
            int total = model.restocked() + random.nextInt(4) - 1;
            same(
                    log,
                    "RESTOCK " + total,
                    model.restock(at, total),
                    library.apply(keys, at, "RESTOCK", Integer.toString(total)));
        } else if (dice < 96) {
            // of those that were given back, or there would hardly ever be room for one
            String given = model.orders.entrySet().stream()
                    .filter(each -> each.getValue().state == 'C' && random.nextInt(3) == 0)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(id);
            same(log, "retake " + given, model.retake(given, version), library.retake(keys, given, version));
        } else if (dice < 98) {
            library.uncover();
            model.covered = false;
            log.add("uncover");
        } else {
            same(log, "grant", "GRANTED", library.grant(keys, "nonce", 60_000));
            model.covered = true;
        }
        if (!model.covered && random.nextInt(3) == 0) {
            library.grant(keys, "nonce", 60_000);
            model.covered = true;
        }
    }

    /** A reply without its times. */
    private static List<Object> brief(List<Object> reply) {
        return switch ((String) reply.get(0)) {
            case "TAKEN" -> reply.subList(0, 2);
            case "REPLAYED" -> List.of(reply.get(0), reply.get(1), reply.get(3));
            default -> reply.subList(0, 1);
        };
    }

    private void same(List<String> log, String command, Object expected, Object actual) {
        log.add(command + " -> " + actual);
        assertThat(actual).as(() -> "the last of\n" + String.join("\n", log)).isEqualTo(expected);
    }

    private void compare(List<String> log) {
        var item = library.redis.hgetall(keys.item());
        var counters = new LinkedHashMap<String, String>();
        for (String field : List.of("published", "available", "held", "sold", "withdrawn", "seq")) {
            counters.put(field, item.get(field));
        }
        var states = new TreeMap<String, String>();
        library.redis.hgetall(keys.reservations()).forEach((id, packed) -> {
            var r = Reservation.unpack(packed);
            states.put(id, packed.charAt(0) + r.userId() + r.quantity() + r.code());
        });
        var expectedStates = new TreeMap<String, String>();
        model.orders.forEach(
                (id, o) -> expectedStates.put(id, o.state + o.user + o.quantity + (o.code.isEmpty() ? null : o.code)));

        assertThat(counters)
                .as(() -> String.join("\n", log))
                .isEqualTo(Map.of(
                        "published", Integer.toString(model.published()),
                        "available", Integer.toString(model.available()),
                        "held", Integer.toString(model.held()),
                        "sold", Integer.toString(model.sold()),
                        "withdrawn", Integer.toString(model.withdrawn()),
                        "seq", Integer.toString(model.holders.size())));
        assertThat(model.available()).isNotNegative();
        assertThat(states).as(() -> String.join("\n", log)).isEqualTo(expectedStates);
        assertThat(new TreeMap<>(library.redis.hgetall(keys.buyers()))).isEqualTo(model.quotas());
        assertThat(library.redis.zrange(keys.pending(), 0, -1)).containsExactlyInAnyOrderElementsOf(model.pending);
        assertThat(library.redis.lrange(keys.holders(), 0, -1)).isEqualTo(model.holders);
    }
}
