package io.flashsale.bench;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Every attempt of a load and what came of it, by number; times are nanoseconds since the load began. For one thread. */
final class History {

    static final String RESERVED = "RESERVED";
    private static final String PENDING = "PENDING";
    private static final String LOST = "LOST";
    private static final String SILENT = "NONE";
    /** Answers that say when to come again. */
    private static final Set<String> AGAIN = Set.of("BUSY", "NOT_READY", "THROTTLED");

    private static final long UNDER_WAY = -1;

    private final Instant began = Instant.now();
    private final Map<String, String> codesSeen = new HashMap<>();
    private int size;
    private int[] buyer = new int[1 << 16];
    private int[] key = new int[buyer.length];
    private long[] due = new long[buyer.length];
    private long[] ended = new long[buyer.length];
    private short[] status = new short[buyer.length];
    private short[] retryAfter = new short[buyer.length];
    private String[] code = new String[buyer.length];
    private @Nullable String[] orderId = new String[buyer.length];

    /** Writes an attempt down before it is made; returns its number. */
    int asked(int who, int withKey, long dueAt) {
        if (size == buyer.length) {
            grow();
        }
        buyer[size] = who;
        key[size] = withKey;
        due[size] = dueAt;
        ended[size] = UNDER_WAY;
        code[size] = SILENT;
        return size++;
    }

    void answered(int attempt, long now, HttpAnswer answer) {
        ended[attempt] = now;
        status[attempt] = (short) answer.status();
        retryAfter[attempt] = (short) answer.retryAfter();
        String said = answer.code() == null ? SILENT : answer.code();
        code[attempt] = codesSeen.computeIfAbsent(said, first -> first);
        orderId[attempt] = answer.orderId();
    }

    /** The connection broke, or there was no answer in time. */
    void lost(int attempt, long now) {
        ended[attempt] = now;
        code[attempt] = LOST;
    }

    int size() {
        return size;
    }

    int buyer(int attempt) {
        return buyer[attempt];
    }

    int key(int attempt) {
        return key[attempt];
    }

    String code(int attempt) {
        return code[attempt];
    }

    @Nullable
    String orderId(int attempt) {
        return orderId[attempt];
    }

    long due(int attempt) {
        return due[attempt];
    }

    long ended(int attempt) {
        return ended[attempt];
    }

    int retryAfter(int attempt) {
        return retryAfter[attempt];
    }

    /** The buyer knows no more than before. */
    boolean isUnknown(int attempt) {
        return Set.of(PENDING, LOST, SILENT).contains(code[attempt]);
    }

    /** A reservation, or a refusal that does not ask to come again. */
    boolean isFinal(int attempt) {
        return !isUnknown(attempt) && !AGAIN.contains(code[attempt]);
    }

    static boolean isRefusal(String code) {
        return !Set.of(RESERVED, PENDING, LOST, SILENT).contains(code);
    }

    /** How many attempts ended with each code. */
    Map<String, Long> codes() {
        Map<String, Long> codes = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            codes.merge(code[i], 1L, Long::sum);
        }
        return codes;
    }

    /** From the moment when a request was meant to leave, sorted. */
    Latencies latencies(Predicate<String> codes) {
        return new Latencies(with(codes).mapToLong(i -> ended[i] - due[i]));
    }

    /** From the moment when a buyer was meant to come until his final answer, whatever he heard in between; of those who have one. */
    Latencies untilFinal() {
        var came = new HashMap<Integer, Long>();
        var ends = new HashMap<Integer, Long>();
        for (int i = 0; i < size; i++) {
            came.merge(buyer[i], due[i], Math::min);
            if (isFinal(i)) {
                ends.merge(buyer[i], ended[i], Math::min);
            }
        }
        return new Latencies(
                ends.entrySet().stream().mapToLong(end -> end.getValue() - came.getOrDefault(end.getKey(), 0L)));
    }

    /** When each attempt with such a code ended, in order. */
    long[] endings(Predicate<String> codes) {
        return with(codes).mapToLong(i -> ended[i]).sorted().toArray();
    }

    /** Buyers who have a final answer. */
    long settledBuyers() {
        return IntStream.range(0, size)
                .filter(this::isFinal)
                .map(this::buyer)
                .distinct()
                .count();
    }

    Instant at(long nanos) {
        return began.plusNanos(nanos);
    }

    /** As the checker reads it. */
    List<Attempt> attempts(String sku, List<Target.Buyer> buyers) {
        return IntStream.range(0, size)
                .mapToObj(i -> {
                    Target.Buyer who = buyers.get(buyer[i]);
                    return new Attempt(
                            i, who.userId(), who.level(), sku, 1, Requests.key(key[i]), at(due[i]), outcome(i));
                })
                .toList();
    }

    private Outcome outcome(int i) {
        if (ended[i] == UNDER_WAY) {
            return new Outcome.InFlight();
        }
        if (code[i].equals(LOST)) {
            return new Outcome.Lost(at(ended[i]), "no answer");
        }
        return new Outcome.Answered(at(ended[i]), status[i], code[i].equals(SILENT) ? null : code[i], orderId[i]);
    }

    private IntStream with(Predicate<String> codes) {
        return IntStream.range(0, size).filter(i -> ended[i] != UNDER_WAY && codes.test(code[i]));
    }

    private void grow() {
        int length = 2 * buyer.length;
        buyer = Arrays.copyOf(buyer, length);
        key = Arrays.copyOf(key, length);
        due = Arrays.copyOf(due, length);
        ended = Arrays.copyOf(ended, length);
        status = Arrays.copyOf(status, length);
        retryAfter = Arrays.copyOf(retryAfter, length);
        code = Arrays.copyOf(code, length);
        orderId = Arrays.copyOf(orderId, length);
    }
}
