package io.flashsale.cms.blacklist;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.stock.Carrying;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Puts on the blacklist and lifts from it; the backend carries each change to Redis, from where the edge follows it. */
@Service
class Blacklist {

    private static final int MAX_REASON = 255;

    /** By how much an entry may end before another and still last as long: whoever sends a list twice adds nobody. */
    private static final Duration NO_MATTER = Duration.ofMinutes(5);

    private final EntryMapper entries;
    private final Changes changes;
    private final Carrying carrying;
    private final Clock clock;

    Blacklist(EntryMapper entries, Changes changes, Carrying carrying, Clock clock) {
        this.entries = entries;
        this.changes = changes;
        this.carrying = carrying;
        this.clock = clock;
    }

    /**
     * Whom to put on the list.
     *
     * @param kind address, network, account or session
     * @param expiresAt ISO-8601, UTC; null or absent: until lifted
     */
    record Request(
            @Nullable String kind, @Nullable String value, @Nullable String reason, @Nullable String expiresAt) {}

    /**
     * An entry as the REST interface shows it.
     *
     * @param carried whether the backend was seen to take the change to Redis; absent where nothing was changed
     */
    record View(
            long id,
            String kind,
            String value,
            String reason,
            String source,
            @Nullable Instant expiresAt,
            Instant createdAt,
            @Nullable Instant liftedAt,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean carried) {

        private static View of(EntryRow row, @Nullable Boolean carried) {
            return new View(
                    row.id(),
                    row.kind,
                    row.value,
                    row.reason,
                    row.source,
                    utc(row.expiresAt),
                    row.createdAt.toInstant(ZoneOffset.UTC),
                    utc(row.liftedAt),
                    carried);
        }

        private static @Nullable Instant utc(@Nullable LocalDateTime time) {
            return time == null ? null : time.toInstant(ZoneOffset.UTC);
        }
    }

    View add(Actor actor, Request request) {
        EntryRow row = read(actor, request);
        long id = changes.make(actor, () -> {
            row.id = null;
            entries.insert(row);
            return new Made<>(
                    row.id(), new Entry("BLACKLIST_ADDED", "blacklist:" + row.id(), Map.of("request", request)));
        });
        return View.of(row, carried(id));
    }

    /** What a list would do, whose entries all have the same reason and end. */
    EntryList look(Actor actor, Request common, String text) {
        EntryRow row = readCommon(actor, common);
        LocalDateTime until = row.expiresAt == null ? null : row.expiresAt.minus(NO_MATTER);
        return EntryList.read(
                common.kind(),
                text,
                values -> entries.standingUntil(Objects.requireNonNull(common.kind()), values, until));
    }

    /**
     * Puts those of a list on it who are not there for as long, all of them or none.
     *
     * @param common has no value
     * @return whether the backend was seen to take them to Redis
     */
    boolean addAll(Actor actor, Request common, String text) {
        List<String> values = look(actor, common, text).fresh();
        if (values.isEmpty()) {
            throw Refusal.conflict("LIST_NOTHING_NEW", "sheet", "All of them are on the list.");
        }
        List<Long> ids = changes.make(actor, () -> {
            var made = new ArrayList<Long>();
            var audit = new ArrayList<Entry>();
            for (String value : values) {
                EntryRow row = readCommon(actor, common);
                row.value = value;
                entries.insert(row);
                made.add(row.id());
                audit.add(new Entry(
                        "BLACKLIST_ADDED",
                        "blacklist:" + row.id(),
                        Map.of("request", new Request(common.kind(), value, common.reason(), common.expiresAt()))));
            }
            return new Made<>(made, audit);
        });
        long first = ids.get(0);
        long last = ids.get(ids.size() - 1);
        return carrying.await("blacklist entries " + first + " to " + last, () -> entries.owedAmong(first, last) == 0);
    }

    View lift(Actor actor, long id) {
        changes.make(actor, () -> {
            if (entries.lift(id) == 0) {
                find(id);
                throw Refusal.conflict("WRONG_STATE", null, "The entry " + id + " has been lifted already.");
            }
            return new Made<>(id, new Entry("BLACKLIST_LIFTED", "blacklist:" + id, Map.of()));
        });
        boolean carried = carried(id);
        return View.of(find(id), carried);
    }

    /** @param value whose entries; empty: all */
    List<View> standing(String value, long before, int limit) {
        return entries.standing(Subject.asStored(value), before, limit).stream()
                .map(row -> View.of(row, null))
                .toList();
    }

    private boolean carried(long id) {
        return carrying.await("blacklist entry " + id, () -> entries.owed(id) == 0);
    }

    private EntryRow find(long id) {
        EntryRow row = entries.selectById(id);
        if (row == null) {
            throw Refusal.unknown("UNKNOWN_ENTRY", "There is no blacklist entry " + id + ".");
        }
        return row;
    }

    private EntryRow read(Actor actor, Request request) {
        Subject subject = Subject.read(request.kind(), request.value());
        EntryRow row = readCommon(actor, request);
        row.value = subject.value();
        return row;
    }

    /** All but the value. */
    private EntryRow readCommon(Actor actor, Request request) {
        String reason = request.reason() == null ? "" : request.reason().strip();
        if (reason.isEmpty() || reason.length() > MAX_REASON) {
            throw Refusal.badRequest("reason", "must be 1 to " + MAX_REASON + " characters");
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var row = new EntryRow();
        row.kind = Subject.kind(request.kind()).column();
        row.reason = reason;
        row.source = actor.name();
        row.expiresAt = expiry(request.expiresAt(), now);
        row.createdAt = now.atOffset(ZoneOffset.UTC).toLocalDateTime();
        return row;
    }

    private static @Nullable LocalDateTime expiry(@Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() < 2100 && time.toInstant().isAfter(now)) {
                return time.truncatedTo(ChronoUnit.MILLIS).toLocalDateTime();
            }
        } catch (DateTimeParseException unreadable) {
            // falls through to the same sentence
        }
        throw Refusal.badRequest("expiresAt", "must be a time to come, like 2030-01-01T00:00:00Z, or null");
    }
}
