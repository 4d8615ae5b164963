package io.flashsale.backend.blacklist;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.blacklist.BlacklistMapper.Row;
import io.flashsale.backend.blacklist.BlacklistMapper.Standing;
import io.flashsale.backend.stock.BeforeGrant;
import io.flashsale.backend.stock.RedisLink;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Carries blacklist rows to Redis: the hash {@code fs:blacklist:<kind>} (value → expiry in ms, 0 until lifted) and an entry
 * of {@code fs:blacklist:changes} in one MULTI. What is written is what stands over all rows of a value, so rows may be
 * carried twice or in any order. From reading what stands until it is written, no other backend carries, and the rows that
 * are owed are locked: one that is lifted meanwhile waits, and is owed again.
 *
 * <p>A Redis process that this was not restored in gets the whole list from MySQL before anything may be sold there.
 */
@Component
final class BlacklistCarrier extends Loop implements BeforeGrant {

    private static final Logger LOG = LoggerFactory.getLogger(BlacklistCarrier.class);

    static final List<String> KINDS = List.of("address", "network", "account", "session");
    static final String CHANGES = "fs:blacklist:changes";
    private static final String CONTROL = "fs:control";

    /** Names the Redis process that the whole list was restored in. */
    private static final String RESTORED = "blacklist";

    private static final int BATCH = 500;
    private static final long LIFTED = -1;
    private static final Duration PRUNED_EVERY = Duration.ofMinutes(1);

    // Longer than any edge may lag; one entry is some 100 bytes.
    private static final XAddArgs BOUNDED = new XAddArgs().maxlen(1_000_000).approximateTrimming();

    private final BlacklistMapper entries;
    private final RedisLink link;
    private final TransactionTemplate transaction;
    private long prunedAt = System.nanoTime() - PRUNED_EVERY.toNanos();

    BlacklistCarrier(BlacklistMapper entries, RedisLink link, PlatformTransactionManager transactions) {
        super("blacklist-carrier", Duration.ofMillis(250));
        this.entries = entries;
        this.link = link;
        transaction = new TransactionTemplate(transactions);
        // Without gap locks: who adds a row need not wait.
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
    }

    /** In one transaction, which no other backend's overlaps. */
    private <T> T alone(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> {
            if (!Integer.valueOf(1).equals(entries.lock())) {
                throw new IllegalStateException("another backend is at the blacklist");
            }
            try {
                return work.get();
            } finally {
                entries.unlock();
            }
        }));
    }

    @Override
    protected void run() {
        prepare();
        while (carry()) {
            // until nothing is owed
        }
        if (System.nanoTime() - prunedAt > PRUNED_EVERY.toNanos()) {
            while (prune(entries::lockExpired) || prune(entries::lockForgiven)) {
                // until nothing is left
            }
            prunedAt = System.nanoTime();
        }
    }

    private boolean carry() {
        if (!entries.owesAny()) {
            return false;
        }
        try (var own = link.open()) {
            return alone(() -> carry(own, entries.lockOwed(BATCH)));
        }
    }

    /** Ended sessions are many, and so is whom rules keep out, and nobody looks back at them: what has expired leaves Redis and MySQL. */
    private boolean prune(IntFunction<List<Row>> lock) {
        try (var own = link.open()) {
            return alone(() -> {
                List<Row> expired = lock.apply(BATCH);
                if (!expired.isEmpty()) {
                    expired.stream()
                            .collect(Collectors.groupingBy(
                                    Row::kind, Collectors.mapping(Row::value, Collectors.toSet())))
                            .forEach((kind, values) -> removeStale(own, kind, values));
                    entries.forget(expired.stream().map(Row::id).toList());
                }
                return expired.size() == BATCH;
            });
        }
    }

    private boolean carry(StatefulRedisConnection<String, String> own, List<Row> owed) {
        for (var kind : owed.stream().collect(Collectors.groupingBy(Row::kind)).entrySet()) {
            Set<String> values = kind.getValue().stream().map(Row::value).collect(Collectors.toSet());
            Map<String, Long> changes = new HashMap<>();
            values.forEach(value -> changes.put(value, LIFTED));
            for (Standing standing : entries.standing(kind.getKey(), values)) {
                changes.put(standing.value(), standing.expires());
            }
            long seq = write(own, kind.getKey(), changes);
            entries.markCarried(kind.getValue().stream().map(Row::id).toList(), seq);
        }
        return owed.size() == BATCH;
    }

    /** @return the time of the last change, as the stream has it */
    private static long write(StatefulRedisConnection<String, String> own, String kind, Map<String, Long> changes) {
        var redis = own.sync();
        redis.multi();
        changes.forEach((value, expires) -> {
            if (expires == LIFTED) {
                redis.hdel(hash(kind), value);
            } else {
                redis.hset(hash(kind), value, expires.toString());
            }
            var change = new LinkedHashMap<String, String>();
            change.put("kind", kind);
            change.put("value", value);
            change.put("expires", expires.toString());
            redis.xadd(CHANGES, BOUNDED, change);
        });
        var results = redis.exec();
        String last = results.get(results.size() - 1);
        return Long.parseLong(last.substring(0, last.indexOf('-')));
    }

    /** Restores the whole list in a Redis process that has not had it: after a restart, a loss, a switch. */
    @Override
    public synchronized void prepare() {
        String process = process();
        if (process.equals(RedisLink.await(link.commands().hget(CONTROL, RESTORED)))) {
            return;
        }
        int changed = 0;
        try (var own = link.open()) {
            for (String kind : KINDS) {
                changed += restore(own, kind);
            }
        }
        RedisLink.await(link.commands().hset(CONTROL, RESTORED, process));
        LOG.info("restored the blacklist in Redis: {} values differed", changed);
    }

    /** @param last the last value of the page; null if the list is through */
    private record Page(int changed, @Nullable String last) {}

    private int restore(StatefulRedisConnection<String, String> own, String kind) {
        int changed = removeStale(own, kind);
        String after = null;
        do {
            String from = after;
            Page page = alone(() -> restorePage(own, kind, from));
            changed += page.changed();
            after = page.last();
        } while (after != null);
        return changed;
    }

    private Page restorePage(StatefulRedisConnection<String, String> own, String kind, @Nullable String after) {
        List<Standing> page = entries.page(kind, after, BATCH);
        int changed = page.isEmpty() ? 0 : writeDifferent(own, kind, page);
        return new Page(
                changed, page.size() < BATCH ? null : page.get(page.size() - 1).value());
    }

    private int writeDifferent(StatefulRedisConnection<String, String> own, String kind, List<Standing> page) {
        var present = RedisLink.await(link.commands()
                .hmget(hash(kind), page.stream().map(Standing::value).toArray(String[]::new)));
        var changes = new HashMap<String, Long>();
        for (int i = 0; i < page.size(); i++) {
            String expires = Long.toString(page.get(i).expires());
            if (!expires.equals(present.get(i).getValueOrElse(""))) {
                changes.put(page.get(i).value(), page.get(i).expires());
            }
        }
        if (!changes.isEmpty()) {
            write(own, kind, changes);
        }
        return changes.size();
    }

    /** Values that Redis has and that no longer stand. */
    private int removeStale(StatefulRedisConnection<String, String> own, String kind) {
        int removed = 0;
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            MapScanCursor<String, String> found =
                    RedisLink.await(link.commands().hscan(hash(kind), cursor, ScanArgs.Builder.limit(BATCH)));
            cursor = found;
            Set<String> values = found.getMap().keySet();
            if (!values.isEmpty()) {
                removed += alone(() -> removeStale(own, kind, values));
            }
        } while (!cursor.isFinished());
        return removed;
    }

    private int removeStale(StatefulRedisConnection<String, String> own, String kind, Set<String> values) {
        var stale = new HashMap<String, Long>();
        values.forEach(value -> stale.put(value, LIFTED));
        entries.standing(kind, values).forEach(entry -> stale.remove(entry.value()));
        if (!stale.isEmpty()) {
            write(own, kind, stale);
        }
        return stale.size();
    }

    /** Redis names each of its processes anew. */
    private String process() {
        String info = RedisLink.await(link.commands().info("server"));
        return info.lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).strip())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("INFO server names no run_id"));
    }

    private static String hash(String kind) {
        return "fs:blacklist:" + kind;
    }
}
