package io.flashsale.cms.traffic;

import com.baomidou.mybatisplus.core.toolkit.Wrappers;
import io.flashsale.cms.blacklist.Subject;
import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/** Changes the rules and whom they leave alone; the backend reads both each second. */
@Service
class Traffic {

    static final int MOST_SECONDS_OF_A_WINDOW = 60;
    static final int HIGHEST_THRESHOLD = 1_000_000;
    static final int LONGEST_BAN_SECONDS = 86_400;

    private static final Set<String> MODES = Set.of("OFF", "DRY", "ARMED");
    private static final int MAX_REASON = 255;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final TrafficMapper traffic;
    private final AllowedMapper allowed;
    private final Changes changes;
    private final Clock clock;

    Traffic(TrafficMapper traffic, AllowedMapper allowed, Changes changes, Clock clock) {
        this.traffic = traffic;
        this.allowed = allowed;
        this.changes = changes;
        this.clock = clock;
    }

    /** Somebody whom no rule catches. */
    record AllowedView(long id, String kind, String value, String reason, String source, Instant since) {}

    List<RuleView> rules() {
        return traffic.rules();
    }

    List<CatchView> catches(int most) {
        return traffic.catches(most);
    }

    List<AllowedView> allowed() {
        return allowed.selectList(Wrappers.<AllowedRow>query().orderByAsc("kind", "`value`")).stream()
                .map(row -> new AllowedView(
                        id(row), row.kind, row.value, row.reason, row.source, row.createdAt.toInstant(ZoneOffset.UTC)))
                .toList();
    }

    private static long id(AllowedRow row) {
        if (row.id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return row.id;
    }

    /**
     * What somebody wants of a rule, as they typed it.
     *
     * @param version of the rule that they saw
     */
    record Wanted(String threshold, String window, String ban, String mode, int version) {}

    /** @throws Refusal 400 naming the field, 404, or 409 OVERTAKEN */
    void change(Actor actor, String name, Wanted wanted) {
        int threshold = number("threshold", wanted.threshold(), HIGHEST_THRESHOLD);
        int window = number("window", wanted.window(), MOST_SECONDS_OF_A_WINDOW);
        int ban = number("ban", wanted.ban(), LONGEST_BAN_SECONDS);
        if (!MODES.contains(wanted.mode())) {
            throw Refusal.badRequest("mode", "must be OFF, DRY or ARMED");
        }
        changes.make(actor, () -> {
            RuleView before = find(name);
            if (traffic.change(name, wanted.version(), window, threshold, ban, wanted.mode()) == 0) {
                throw Refusal.conflict("OVERTAKEN", null, "The rule " + name + " has been changed meanwhile.");
            }
            var detail = new LinkedHashMap<String, Object>();
            detail.put("before", settings(before.threshold(), before.windowS(), before.banS(), before.mode()));
            detail.put("after", settings(threshold, window, ban, wanted.mode()));
            return new Made<>(name, new Entry("TRAFFIC_RULE_CHANGED", "traffic-rule:" + name, detail));
        });
    }

    private static Map<String, Object> settings(int threshold, int window, int ban, String mode) {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("threshold", threshold);
        settings.put("windowS", window);
        settings.put("banS", ban);
        settings.put("mode", mode);
        return settings;
    }

    private RuleView find(String name) {
        return rules().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown("UNKNOWN_RULE", "There is no rule " + name + "."));
    }

    private static int number(String field, String typed, int most) {
        String text = typed.strip();
        if (NUMBER.matcher(text).matches()) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        }
        throw Refusal.badRequest(field, "must be a whole number from 1 to " + most);
    }

    /** @throws Refusal 400 naming the field, or 409 ALREADY */
    void allow(Actor actor, String kind, String value, String reason) {
        if (kind.equals("session")) {
            throw Refusal.badRequest("kind", "must be address, network or account");
        }
        Subject subject = Subject.read(kind, value.strip());
        String words = reason.strip();
        if (words.isEmpty() || words.length() > MAX_REASON) {
            throw Refusal.badRequest("reason", "must be 1 to " + MAX_REASON + " characters");
        }
        changes.make(actor, () -> {
            var row = new AllowedRow();
            row.kind = subject.kind().column();
            row.value = subject.value();
            row.reason = words;
            row.source = actor.name();
            row.createdAt = LocalDateTime.ofInstant(clock.instant().truncatedTo(ChronoUnit.MILLIS), ZoneOffset.UTC);
            try {
                allowed.insert(row);
            } catch (DuplicateKeyException there) {
                throw Refusal.conflict("ALREADY", "value", row.value + " is left alone already.");
            }
            return new Made<>(id(row), entry("TRAFFIC_ALLOWED", row));
        });
    }

    /** @throws Refusal 404 */
    void remove(Actor actor, long id) {
        changes.make(actor, () -> {
            AllowedRow row = allowed.selectById(id);
            if (row == null || allowed.deleteById(id) == 0) {
                throw Refusal.unknown("UNKNOWN_ENTRY", "There is no such entry.");
            }
            return new Made<>(id, entry("TRAFFIC_ALLOWED_REMOVED", row));
        });
    }

    private static Entry entry(String action, AllowedRow row) {
        return new Entry(
                action,
                "traffic-allowed:" + row.id,
                Map.of("kind", row.kind, "value", row.value, "reason", row.reason));
    }
}
