package io.flashsale.backend.stock;

import com.zaxxer.hikari.HikariDataSource;
import io.flashsale.backend.background.Loop;
import io.flashsale.backend.background.NamedLock;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.queue.OrderQueue.QueueName;
import io.flashsale.backend.stock.StockFunctions.ItemState;
import io.flashsale.backend.stock.StockFunctions.Snapshot;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Sees to it that Redis sells every item that it should, from MySQL's truth. An item that is published and not covered by the
 * lease is rebuilt, for whatever reason that is: it is new, Redis was restarted, emptied or switched, nobody renewed, or its
 * state was found wrong and revoked.
 *
 * <p>Per item: raise its epoch in MySQL; put a marker into every queue and wait until all have passed it; install one
 * snapshot under the new epoch's keys; grant. It goes in small steps, so that items that wait for their markers hold up
 * nothing, and can stop anywhere: what was begun is gone on with while the lock is held, and begun anew with a higher epoch
 * by whoever has the lock next. Who was paused in the middle finds the lock or the epoch gone before it grants, and a grant
 * that comes later still finds its epoch revoked.
 */
@Component
public class Rebuild extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);

    /** Each try costs an epoch and a marker. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** How long a frozen backend keeps the lock: another one is to sell within 10 s. */
    private static final int SILENT_SECONDS = 6;

    private final ItemMapper items;
    private final ItemDirectory directory;
    private final StockFunctions functions;
    private final FunctionLibrary library;
    private final Installer installer;
    private final EpochEnd epochEnd;
    private final Catalogue catalogue;
    private final OrderQueue queue;
    private final NamedLock lock;
    private final Lease lease;
    private final List<BeforeGrant> beforeGrant;
    private final long keptSeconds;
    private final Map<Long, Attempt> attempts = new HashMap<>();
    private final Map<Long, Long> notBefore = new HashMap<>();
    private @Nullable String unusedNonce;
    /** Whether Redis was seen with a library that is new enough: an upgrade brings its own, even where all items sell. */
    private boolean current;

    private volatile Map<Long, String> underWay = Map.of();

    Rebuild(
            ItemMapper items,
            ItemDirectory directory,
            StockFunctions functions,
            FunctionLibrary library,
            Installer installer,
            EpochEnd epochEnd,
            Catalogue catalogue,
            OrderQueue queue,
            HikariDataSource source,
            Lease lease,
            List<BeforeGrant> beforeGrant,
            Settings settings) {
        super("rebuild", Duration.ofMillis(200));
        this.items = items;
        this.directory = directory;
        this.functions = functions;
        this.library = library;
        this.installer = installer;
        this.epochEnd = epochEnd;
        this.catalogue = catalogue;
        this.queue = queue;
        this.lock = new NamedLock(source, "rebuild", SILENT_SECONDS);
        this.lease = lease;
        this.beforeGrant = beforeGrant;
        this.keptSeconds = settings.stock().kept().toSeconds();
    }

    /** An item on its way to a new epoch. */
    private static final class Attempt {
        private final long epoch;
        private final long began = System.nanoTime();
        private @Nullable Set<QueueName> marked;

        /** @param fresh no order of an earlier epoch can exist, so no queue has to be waited for */
        private Attempt(long epoch, boolean fresh) {
            this.epoch = epoch;
            this.marked = fresh ? Set.of() : null;
        }
    }

    /** What is being rebuilt, and what it waits for. */
    public Map<Long, String> underWay() {
        return underWay;
    }

    /** The item is wrong in Redis: it stops selling now, and is built anew from MySQL. */
    public void demand(Item item) {
        functions.revoke(item.id(), item.epoch());
        wake();
    }

    @Override
    protected void run() throws SQLException {
        List<Item> wanted = notReady();
        boolean outdated = !current && library.outdated();
        if (wanted != null && wanted.isEmpty() && !outdated) {
            current = true;
            attempts.clear();
            underWay = Map.of();
            lock.release();
            return;
        }
        if (!lock.hold()) {
            attempts.clear();
            underWay = Map.of();
            return;
        }
        if (library.overtaken()) {
            attempts.clear();
            underWay = Map.of();
            lock.release();
            return;
        }
        library.ensure();
        current = true;
        // Another backend may have finished between the first look and the lock.
        wanted = notReady();
        if (wanted != null) {
            rebuild(wanted);
        }
    }

    @Override
    public void stop() {
        super.stop();
        try {
            lock.release();
        } catch (SQLException e) {
            LOG.debug("the lock goes with its connection", e);
        }
    }

    /** Published items that are not covered by the lease; null if the library is not there to say. */
    private @Nullable List<Item> notReady() {
        List<Item> kept = items.kept(keptSeconds);
        directory.keep(kept);
        lease.needed(!kept.isEmpty());
        Snapshot snapshot;
        try {
            snapshot = functions.snapshot(kept.stream().map(Item::keys).toList());
        } catch (RedisCommandExecutionException e) {
            if (StockFunctions.missing(e)) {
                return null;
            }
            throw e;
        }
        var missing = new ArrayList<Item>();
        for (int i = 0; i < kept.size(); i++) {
            ItemState state = snapshot.items().get(i);
            if (state == null || !state.ready()) {
                missing.add(kept.get(i));
            }
        }
        return missing;
    }

    private void rebuild(List<Item> wanted) throws SQLException {
        attempts.keySet().retainAll(wanted.stream().map(Item::id).collect(Collectors.toSet()));
        String nonce = nonce();
        for (Item item : wanted) {
            var attempt = attempts.get(item.id());
            if (attempt == null || attempt.epoch != item.epoch()) {
                lock.keepAlive();
                alone(item, () -> begin(item));
            }
        }
        lock.keepAlive();
        mark();
        for (Item item : wanted) {
            var attempt = attempts.get(item.id());
            if (attempt != null && passed(item, attempt)) {
                alone(item, () -> finish(item, attempt, nonce));
            }
        }
        underWay = wanted.stream()
                .filter(item -> attempts.containsKey(item.id()))
                .collect(Collectors.toMap(Item::id, this::waitsFor));
    }

    private interface Step {
        void take() throws SQLException;
    }

    /** What Redis has of one item and will not read, or we cannot, holds up none of the others. */
    private void alone(Item item, Step step) throws SQLException {
        try {
            step.take();
        } catch (RedisCommandExecutionException | IllegalArgumentException e) {
            attempts.remove(item.id());
            notBefore.put(item.id(), System.nanoTime() + AFTER_FAILURE.toNanos());
            count("failed");
            LOG.warn("item {} ({}): cannot be rebuilt: {}", item.id(), item.sku(), e.getMessage());
        }
    }

    /** The lease that is there is widened; where there is none, a new nonce starts one, and whoever held the old one is out. */
    private String nonce() {
        if (lease.renew()) {
            unusedNonce = null;
            return java.util.Objects.requireNonNull(lease.nonce());
        }
        var unused = unusedNonce;
        if (unused == null) {
            unused = UUID.randomUUID().toString();
            lease.begin(unused);
            unusedNonce = unused;
        }
        return unused;
    }

    private void begin(Item item) {
        Long after = notBefore.get(item.id());
        if (after != null && System.nanoTime() - after < 0) {
            return;
        }
        if (item.epoch() > 0) {
            boolean exact = functions.revoke(item.id(), item.epoch()).equals("REVOKED");
            if (!epochEnd.settle(item, exact, lock::keepAlive)) {
                notBefore.put(item.id(), System.nanoTime() + AFTER_FAILURE.toNanos());
                return;
            }
        }
        if (items.raiseEpoch(item.id(), item.epoch()) == 1) {
            attempts.put(item.id(), new Attempt(item.epoch() + 1, item.epoch() == 0));
            count("begun");
            LOG.info("item {} ({}): rebuilding as epoch {}", item.id(), item.sku(), item.epoch() + 1);
        }
    }

    /** One marker for all that still need one. */
    private void mark() {
        var unmarked = attempts.entrySet().stream()
                .filter(entry -> entry.getValue().marked == null)
                .limit(1000) // a marker of 40 KB
                .toList();
        if (unmarked.isEmpty()) {
            return;
        }
        Set<QueueName> queues = queue.mark(unmarked.stream()
                .map(entry -> new OrderMessage.Fence(entry.getKey(), entry.getValue().epoch))
                .toList());
        if (queues != null) {
            unmarked.forEach(entry -> entry.getValue().marked = queues);
        }
    }

    private boolean passed(Item item, Attempt attempt) {
        var marked = attempt.marked;
        if (marked == null) {
            return false;
        }
        return marked.isEmpty() || behind(item, attempt).isEmpty();
    }

    /** The queues that have not passed the marker. */
    private Set<QueueName> behind(Item item, Attempt attempt) {
        var behind = new HashSet<>(attempt.marked == null ? Set.<QueueName>of() : attempt.marked);
        for (ItemMapper.Fence fence : items.fences(item.id())) {
            if (fence.epoch() >= attempt.epoch) {
                behind.remove(new QueueName(fence.broker(), fence.queueId()));
            }
        }
        return behind;
    }

    private void finish(Item item, Attempt attempt, String nonce) throws SQLException {
        // Whatever comes now, this epoch is not tried twice: a grant without an answer may have happened.
        attempts.remove(item.id());
        notBefore.put(item.id(), System.nanoTime() + AFTER_FAILURE.toNanos());
        beforeGrant.forEach(BeforeGrant::prepare);
        functions.revoke(item.id(), attempt.epoch - 1);
        Item installed = installer.install(item.id(), attempt.epoch, lock::keepAlive);
        if (installed == null) {
            functions.drop(new StockKeys(item.sku(), item.id(), attempt.epoch));
            failed(item, attempt, "not installed");
            return;
        }
        catalogue.refresh();
        Long epoch = items.epoch(item.id());
        if (!lock.hold() || epoch == null || epoch != attempt.epoch) {
            failed(item, attempt, "overtaken");
            return;
        }
        unusedNonce = null;
        long asked = System.nanoTime();
        String outcome = functions.grant(installed.keys(), nonce, lease.ttl());
        if (!outcome.equals("GRANTED")) {
            failed(item, attempt, outcome);
            return;
        }
        lease.granted(asked);
        notBefore.remove(item.id());
        items.markInstalled(item.id(), installed.version());
        count("granted");
        LOG.info(
                "item {} ({}): on sale as epoch {}, {} available, after {} ms",
                item.id(),
                item.sku(),
                attempt.epoch,
                installed.available(),
                (System.nanoTime() - attempt.began) / 1_000_000);
    }

    private static void failed(Item item, Attempt attempt, String why) {
        count("failed");
        LOG.warn("item {} ({}): epoch {} was not granted: {}", item.id(), item.sku(), attempt.epoch, why);
    }

    private String waitsFor(Item item) {
        var attempt = attempts.get(item.id());
        if (attempt == null) {
            return "begins anew";
        }
        if (attempt.marked == null) {
            return "epoch " + attempt.epoch + " waits for the broker to take its marker";
        }
        return "epoch " + attempt.epoch + " waits for " + behind(item, attempt).size() + " queues to pass its marker";
    }

    private static void count(String outcome) {
        Counter.builder("flashsale_rebuilds_total")
                .description("items built anew in Redis, by how far it came")
                .tag("outcome", outcome)
                .register(Metrics.globalRegistry)
                .increment();
    }
}
