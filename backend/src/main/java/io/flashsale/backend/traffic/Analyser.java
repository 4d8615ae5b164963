package io.flashsale.backend.traffic;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.zaxxer.hikari.HikariDataSource;
import io.flashsale.backend.background.Loop;
import io.flashsale.backend.background.NamedLock;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.traffic.TrafficMapper.Caught;
import io.flashsale.backend.traffic.TrafficMapper.Times;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Adds up the reports of all edges and holds each address, network and account against the rules. One backend does it; who takes over
 * reads the last minute's reports again, and from MySQL whom its forerunner has caught by them.
 *
 * <p>Whom an armed rule catches gets a row of the blacklist, which {@code BlacklistCarrier} carries: the first time for as long as the
 * rule says, then twice as long each time within a day. What was counted of them up to then does not count for the rule again, so whom
 * a person lets off begins anew. A rule on trial says once in a ban's time whom it would have caught.
 */
@Component
final class Analyser extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Analyser.class);

    private static final String REPORTS = "fs:traffic";

    /** Another backend takes over within five seconds of a frozen one's last word. */
    private static final int SILENT_SECONDS = 4;

    private static final long LOCK_TRIED_EVERY = Duration.ofSeconds(1).toNanos();
    private static final long RULES_READ_EVERY = Duration.ofSeconds(1).toNanos();
    private static final long FORGOTTEN_EVERY = Duration.ofMinutes(1).toNanos();

    /** Reports of so many workers' seconds in one read. */
    private static final int PAGE = 20;

    /** Whom the analyser remembers; a report names some hundred of each kind. The longest unseen are forgotten. */
    private static final int MOST_SUBJECTS = 100_000;

    /** In one transaction; who is not among them is judged in the next round. */
    private static final int MOST_CATCHES = 500;

    /** Of one kind at a time: an edge's list that is full shuts the gate to everybody. */
    private static final int MOST_STANDING = 20_000;

    /** Accounts of an address or a network in the last minute. More are a crowd, which a carrier puts there, and nobody's doing. */
    private static final int CROWD = 5;

    /** Until every edge refuses whom a rule has caught, and has told of what it let in before. */
    private static final int LATE_SECONDS = 3;

    private static final int LONGEST_BAN = 86_400;

    private final RedisLink link;
    private final TrafficMapper traffic;
    private final NamedLock lock;
    private final TransactionTemplate transaction;
    private final MeterRegistry meters;
    private final Counter reports;
    private final Counter unread;

    private Cache<Subject, Counts> counts = remembered();
    private Cache<RuleAndSubject, Long> countedFrom = remembered();
    private volatile List<Rule> rules = List.of();
    private Allowed allowed = new Allowed(List.of());
    private @Nullable String last;
    private Set<Subject> unjudged = new LinkedHashSet<>();
    private long triedAt = System.nanoTime() - LOCK_TRIED_EVERY;
    private long rulesReadAt;
    private long forgotAt = System.nanoTime();
    private volatile boolean active;

    /** What was counted before the rule's own beginning does not count for it. */
    private record RuleAndSubject(String rule, Subject subject) {}

    Analyser(
            RedisLink link,
            TrafficMapper traffic,
            HikariDataSource source,
            PlatformTransactionManager transactions,
            MeterRegistry meters) {
        super("traffic-analyser", Duration.ofMillis(250));
        this.link = link;
        this.traffic = traffic;
        this.meters = meters;
        lock = new NamedLock(source, "traffic", SILENT_SECONDS);
        transaction = new TransactionTemplate(transactions);
        reports = Counter.builder("flashsale_traffic_reports_total")
                .description("reports of edges that were added up")
                .register(meters);
        unread = Counter.builder("flashsale_traffic_unread_total")
                .description("lines of such reports that could not be read")
                .register(meters);
        Gauge.builder("flashsale_traffic_active", this, analyser -> analyser.active ? 1 : 0)
                .description("1 at the backend that holds traffic against the rules")
                .register(meters);
    }

    private static <K, V> Cache<K, V> remembered() {
        return CacheBuilder.newBuilder().maximumSize(MOST_SUBJECTS).build();
    }

    @Override
    protected void run() throws SQLException {
        if (!holdLock()) {
            return;
        }
        readRules();
        if (last == null) {
            takeOver();
        }
        Set<Subject> seen;
        do {
            seen = unjudged;
            unjudged = new LinkedHashSet<>();
            boolean more = read(seen);
            judge(seen);
            if (!more) {
                break;
            }
        } while (lock.hold());
        if (System.nanoTime() - forgotAt > FORGOTTEN_EVERY) {
            forgotAt = System.nanoTime();
            while (traffic.forget() == TrafficMapper.FORGOTTEN_AT_ONCE) {
                // until nothing is left
            }
        }
    }

    private boolean holdLock() throws SQLException {
        if (!active && System.nanoTime() - triedAt < LOCK_TRIED_EVERY) {
            return false;
        }
        triedAt = System.nanoTime();
        boolean held = false;
        try {
            held = lock.hold();
        } finally {
            if (!held) {
                active = false;
                last = null;
            }
        }
        if (held && !active) {
            active = true;
            LOG.info("holds the traffic against the rules from now on");
        }
        return held;
    }

    boolean active() {
        return active;
    }

    /** Whether it goes by this version of a rule, or a later one. */
    boolean knows(String rule, int version) {
        return rules.stream().anyMatch(each -> each.name().equals(rule) && each.version() >= version);
    }

    private void readRules() {
        if (!rules.isEmpty() && System.nanoTime() - rulesReadAt < RULES_READ_EVERY) {
            return;
        }
        List<Rule> read = traffic.rules();
        var before = rules.stream().collect(Collectors.toMap(Rule::name, rule -> rule));
        for (Rule rule : read) {
            Rule old = before.get(rule.name());
            if (old != null && old.version() != rule.version()) {
                // It is another rule: whom the old one would have caught may be caught by this one.
                long floor = secondOfLast() + LATE_SECONDS;
                countedFrom
                        .asMap()
                        .entrySet()
                        .removeIf(each -> each.getKey().rule().equals(rule.name()) && each.getValue() > floor);
            }
        }
        rules = read;
        allowed = new Allowed(traffic.allowed());
        rulesReadAt = System.nanoTime();
    }

    private void takeOver() {
        counts = remembered();
        countedFrom = remembered();
        long now = Long.parseLong(RedisLink.await(link.commands().time()).get(0));
        for (Caught caught : traffic.caughtBefore(now)) {
            rules.stream()
                    .filter(rule -> rule.name().equals(caught.rule()))
                    .findFirst()
                    .ifPresent(rule -> beginAnew(
                            new Subject(rule.subject(), caught.value()),
                            caught.rule(),
                            caught.countedTo(),
                            caught.armed(),
                            Math.max(caught.windowS(), caught.banS())));
        }
        last = 1000 * (now - Counts.KEPT_SECONDS) + "-0";
    }

    /** What was counted until then does not count again: of who was kept out for no rule, of who only would have been not for this one. */
    private void beginAnew(Subject subject, String caughtBy, long countedTo, boolean armed, int trialS) {
        for (Rule rule : rules) {
            if (rule.name().equals(caughtBy) || armed && rule.subject().equals(subject.kind())) {
                long until = countedTo + (armed ? LATE_SECONDS : trialS);
                countedFrom.asMap().merge(new RuleAndSubject(rule.name(), subject), until, Math::max);
            }
        }
    }

    /** @return whether there may be more */
    private boolean read(Set<Subject> seen) {
        String from = last == null ? "0-0" : last;
        List<StreamMessage<String, String>> page = RedisLink.await(link.commands()
                .xrange(REPORTS, Range.from(Boundary.excluding(from), Boundary.unbounded()), Limit.from(PAGE)));
        for (StreamMessage<String, String> message : page) {
            String id = message.getId();
            long second = Long.parseLong(id.substring(0, id.indexOf('-'))) / 1000;
            Report report = Report.parse(message.getBody().getOrDefault("report", ""));
            reports.increment();
            unread.increment(report.unread());
            for (Report.Line line : report.lines()) {
                if (line.subject().kind().equals("session")) {
                    continue; // no rule is about one
                }
                Counts of = counts.getIfPresent(line.subject());
                if (of == null) {
                    of = new Counts();
                    counts.put(line.subject(), of);
                }
                of.add(second, line);
                seen.add(line.subject());
            }
            last = id;
        }
        return page.size() == PAGE;
    }

    private long secondOfLast() {
        String id = last == null ? "0-0" : last;
        return Long.parseLong(id.substring(0, id.indexOf('-'))) / 1000;
    }

    private void judge(Set<Subject> seen) {
        var caught = new LinkedHashMap<RuleAndSubject, Catch>();
        long now = secondOfLast();
        for (Subject subject : seen) {
            Counts of = counts.getIfPresent(subject);
            if (caught.size() >= MOST_CATCHES) {
                unjudged.add(subject);
            } else if (of != null) {
                judge(subject, of, now, caught);
            }
        }
        if (caught.isEmpty()) {
            return;
        }
        var lasting = lasting(bounded(List.copyOf(caught.values())));
        transaction.executeWithoutResult(status -> {
            List<Catch> armed = lasting.stream().filter(Catch::armed).toList();
            if (!armed.isEmpty()) {
                traffic.keepOut(armed);
            }
            traffic.record(lasting);
        });
        caught.forEach((key, each) -> beginAnew(
                key.subject(),
                key.rule(),
                each.countedTo(),
                each.armed(),
                Math.max(each.rule().windowS(), each.rule().banS())));
        for (Catch each : lasting) {
            Counter.builder("flashsale_traffic_catches_total")
                    .description("whom a rule caught, or on trial would have caught")
                    .tag("rule", each.rule().name())
                    .tag("armed", Boolean.toString(each.armed()))
                    .register(meters)
                    .increment();
        }
    }

    private void judge(Subject subject, Counts of, long now, Map<RuleAndSubject, Catch> caught) {
        boolean out = false;
        for (Rule rule : rules) {
            if (rule.off() || out && rule.armed() || !rule.subject().equals(subject.kind())) {
                continue;
            }
            var key = new RuleAndSubject(rule.name(), subject);
            Long from = countedFrom.getIfPresent(key);
            long after = now - rule.windowS();
            long measured = of.measure(rule.what(), from == null ? after : Math.max(from, after));
            if (measured > rule.threshold() && !allowed.has(subject)) {
                boolean armed = rule.armed() && (rule.what() == Measure.PARTNERS || !crowd(subject, of, now));
                caught.put(
                        key,
                        new Catch(rule, subject.blacklistKind(), subject.value(), measured, rule.banS(), now, armed));
                out |= armed;
            }
        }
    }

    private static boolean crowd(Subject subject, Counts of, long now) {
        return !subject.kind().equals("account") && of.measure(Measure.PARTNERS, now - Counts.KEPT_SECONDS) > CROWD;
    }

    /** Armed as long as there is room. */
    private List<Catch> bounded(List<Catch> caught) {
        Map<String, Integer> standing = new HashMap<>();
        var bounded = new ArrayList<Catch>();
        for (Catch each : caught) {
            int others = each.armed() ? standing.computeIfAbsent(each.kind(), traffic::standing) : 0;
            if (each.armed() && others < MOST_STANDING) {
                standing.put(each.kind(), others + 1);
            }
            bounded.add(others < MOST_STANDING ? each : each.onTrial());
        }
        return bounded;
    }

    /** Each time within a day twice as long, a day at most. */
    private List<Catch> lasting(List<Catch> caught) {
        Map<String, Integer> times = new HashMap<>();
        caught.stream()
                .filter(Catch::armed)
                .collect(Collectors.groupingBy(Catch::kind, Collectors.mapping(Catch::value, Collectors.toSet())))
                .forEach((kind, values) -> {
                    for (Times each : traffic.timesKeptOut(kind, values)) {
                        times.put(kind + " " + each.value(), each.times());
                    }
                });
        var lasting = new ArrayList<Catch>();
        for (Catch each : caught) {
            int before = Math.min(times.getOrDefault(each.kind() + " " + each.value(), 0), 17);
            lasting.add(each.lasting((int) Math.min(LONGEST_BAN, (long) each.banS() << before)));
        }
        return lasting;
    }
}
