package io.flashsale.backend.reconcile;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.queue.OrderQueue;
import io.flashsale.backend.queue.SendOutcome;
import io.flashsale.backend.reconcile.Difference.Repair;
import io.flashsale.backend.reconcile.FindingMapper.Finding;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.Messages;
import io.flashsale.backend.stock.Rebuild;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.Reservation.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Looks at every live item once a minute, at leisure, and a second time where something differs: what was under way has arrived
 * by then. What still differs is written down; what can be repaired without judging is repaired:
 * never by giving stock back, only by sending an order once more or by building the item anew from MySQL. A repair that did
 * not help is not tried for ever.
 */
@Component
public class Reconciler extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final Duration EVERY = Duration.ofMinutes(1);

    /** A comparison that nobody waits for rests this many times as long as it worked. */
    private static final int REST = 9;

    private static final int BATCH = 128;
    private static final int MOST_TRIES = 3;

    private final ItemDirectory items;
    private final Comparison comparison;
    private final FindingMapper findings;
    private final OrderQueue queue;
    private final Rebuild rebuild;
    private final RedisLink link;
    private final long settleMs;
    private long due = System.nanoTime() + EVERY.toNanos();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long compared = System.nanoTime();

    Reconciler(
            ItemDirectory items,
            Comparison comparison,
            FindingMapper findings,
            OrderQueue queue,
            Rebuild rebuild,
            RedisLink link,
            Settings settings) {
        super("reconciler", Duration.ofSeconds(1));
        settleMs = settings.reconcile().settle().toMillis();
        this.items = items;
        this.comparison = comparison;
        this.findings = findings;
        this.queue = queue;
        this.rebuild = rebuild;
        this.link = link;
        TimeGauge.builder("flashsale_reconciled_age", this, TimeUnit.NANOSECONDS, r -> System.nanoTime() - r.compared)
                .description("since all live items were last compared")
                .register(Metrics.globalRegistry);
    }

    /** @param skipped why the item was not compared; null if it was */
    public record Report(String sku, long promoItemId, long orders, @Nullable String skipped, List<Seen> differences) {}

    /** @param outcome REPAIRED, OPEN (for a person), or FOUND in a dry run */
    public record Seen(String kind, String subject, String detail, String repair, String outcome) {}

    @Override
    protected void run() throws InterruptedException {
        if (System.nanoTime() - due >= 0) {
            due = System.nanoTime() + EVERY.toNanos();
            compare(false);
        }
    }

    /** Proves that the stores agree about every live item, or says where they do not. */
    public List<Report> reconcile(boolean dryRun) throws InterruptedException {
        waiting.incrementAndGet(); // and what is under way at leisure hurries
        try {
            return compare(dryRun);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private void rest(long workedNanos) throws InterruptedException {
        if (waiting.get() == 0) {
            TimeUnit.NANOSECONDS.sleep(REST * workedNanos);
        }
    }

    private synchronized List<Report> compare(boolean dryRun) throws InterruptedException {
        List<Item> live = items.kept().stream().filter(Item::live).toList();
        Map<Long, Comparison.Look> first = new HashMap<>();
        for (Item item : live) {
            var look = comparison.look(item, this::rest);
            first.put(item.id(), look);
            if (!look.readable()) {
                LOG.warn("item {} ({}) was not compared: {}", item.id(), item.sku(), look.skipped());
            }
        }
        if (first.values().stream().anyMatch(look -> !look.differences().isEmpty())) {
            TimeUnit.MILLISECONDS.sleep(settleMs);
        }
        var reports = new ArrayList<Report>();
        for (Item item : live) {
            var look = first.get(item.id());
            reports.add(
                    look == null || look.differences().isEmpty()
                            ? clean(item, look, dryRun)
                            : again(item, look, dryRun));
        }
        if (first.values().stream().allMatch(Comparison.Look::readable)) {
            compared = System.nanoTime();
        }
        return reports;
    }

    private Report clean(Item item, Comparison.@Nullable Look look, boolean dryRun) {
        String skipped = look == null ? "it is new" : look.skipped();
        if (!dryRun && skipped == null) {
            findings.gone(item.id(), Set.of());
        }
        return new Report(item.sku(), item.id(), look == null ? 0 : look.orders(), skipped, List.of());
    }

    private Report again(Item item, Comparison.Look first, boolean dryRun) throws InterruptedException {
        var second = comparison.look(item, this::rest);
        if (second.skipped() != null) {
            return new Report(item.sku(), item.id(), first.orders(), second.skipped(), List.of());
        }
        Set<Difference> confirmed = new LinkedHashSet<>(second.differences());
        confirmed.retainAll(new HashSet<>(first.differences()));
        var seen = new ArrayList<Seen>();
        if (dryRun) {
            confirmed.forEach(each -> seen.add(seen(each, "FOUND")));
        } else {
            settle(item, confirmed, seen);
        }
        return new Report(item.sku(), item.id(), second.orders(), null, seen);
    }

    private void settle(Item item, Set<Difference> confirmed, List<Seen> seen) {
        Set<Difference> hopeless = new HashSet<>();
        for (Difference each : confirmed) {
            findings.see(
                    item.id(),
                    each.kind().name(),
                    each.subject(),
                    each.detail(),
                    each.kind().repair().name());
            Counter.builder("flashsale_findings_total")
                    .description("differences between MySQL and Redis that were seen twice, by kind")
                    .tag("kind", each.kind().name())
                    .register(Metrics.globalRegistry)
                    .increment();
            LOG.warn("item {} ({}): {} {}: {}", item.id(), item.sku(), each.kind(), each.subject(), each.detail());
        }
        findings.gone(
                item.id(),
                confirmed.stream()
                        .map(each -> each.kind() + " " + each.subject())
                        .collect(Collectors.toSet()));
        for (Finding finding : findings.open()) {
            if (finding.promoItemId() == item.id() && finding.timesSeen() > MOST_TRIES) {
                confirmed.stream()
                        .filter(each -> each.kind().name().equals(finding.kind())
                                && each.subject().equals(finding.subject()))
                        .forEach(hopeless::add);
            }
        }
        boolean resent = resend(item, of(confirmed, hopeless, Repair.RESEND));
        if (!of(confirmed, hopeless, Repair.REBUILD).isEmpty()) {
            rebuild.demand(item);
        }
        for (Difference each : confirmed) {
            boolean repaired = !hopeless.contains(each)
                    && (each.kind().repair() == Repair.RESEND && resent
                            || each.kind().repair() == Repair.REBUILD);
            if (repaired) {
                findings.repaired(item.id(), each.kind().name(), each.subject());
            }
            seen.add(seen(each, repaired ? "REPAIRED" : "OPEN"));
        }
    }

    private static List<String> of(Set<Difference> confirmed, Set<Difference> hopeless, Repair repair) {
        return confirmed.stream()
                .filter(each -> each.kind().repair() == repair && !hopeless.contains(each))
                .map(Difference::subject)
                .toList();
    }

    private static Seen seen(Difference each, String outcome) {
        return new Seen(
                each.kind().name(),
                each.subject(),
                each.detail(),
                each.kind().repair().name(),
                outcome);
    }

    private boolean resend(Item item, List<String> ids) {
        for (int from = 0; from < ids.size(); from += BATCH) {
            var orders = new ArrayList<OrderPlaced>();
            String[] some =
                    ids.subList(from, Math.min(ids.size(), from + BATCH)).toArray(String[]::new);
            for (var packed : RedisLink.await(link.commands().hmget(item.keys().reservations(), some))) {
                if (!packed.hasValue()) {
                    continue;
                }
                var reservation = Reservation.unpack(packed.getValue());
                if (reservation.state() == State.SEND) {
                    orders.add(Messages.placed(
                            packed.getKey(),
                            item.keys(),
                            item.promoId(),
                            item.priceMinor(),
                            item.currency(),
                            Item.PROMO_VERSION,
                            reservation));
                }
            }
            if (!orders.isEmpty() && queue.send(orders) != SendOutcome.SENT) {
                return false;
            }
        }
        return true;
    }

    /** What waits for a person. */
    public List<Finding> open() {
        return findings.open();
    }

    /**
     * A person's word on a finding: its repair once more, or, where there is none, that it stays as it is.
     *
     * @return the finding afterwards; null if there is none of that id
     */
    public @Nullable Finding approve(long id, String by) {
        return approve(id, by, null);
    }

    /** @param seen the finding's detail as the person read it: another one stays open; null: whatever it is now */
    @Nullable
    Finding approve(long id, String by, @Nullable String seen) {
        waiting.incrementAndGet();
        try {
            return approveAlone(id, by, seen);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private synchronized @Nullable Finding approveAlone(long id, String by, @Nullable String seen) {
        Finding finding = findings.find(id);
        if (finding == null || !finding.state().equals("OPEN")) {
            return finding;
        }
        if (seen != null && !seen.equals(finding.detail())) {
            return finding;
        }
        Item item = items.byId(finding.promoItemId());
        Repair repair = Repair.valueOf(finding.repair());
        if (item != null && repair != Repair.NONE) {
            if (repair == Repair.REBUILD) {
                rebuild.demand(item);
            } else if (!resend(item, List.of(finding.subject()))) {
                return finding;
            }
        }
        // What another comparison sees of it from here on is another matter.
        return findings.approve(id, by) == 1 ? finding.approved(by) : findings.find(id);
    }
}
