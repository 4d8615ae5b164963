package io.flashsale.cms.eligibility;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.web.Refusal;
import io.flashsale.cms.work.Progress;
import io.flashsale.cms.work.Work;
import io.flashsale.cms.work.Works;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;

/** Keeps lists. None changes once it is kept; one that no item is for can be deleted. */
@Service
public class Lists {

    private static final int MOST_OF_A_NAME = 120;

    /** Of long work. */
    private static final String KIND = "LIST";

    /** Rows that one statement writes. */
    private static final int A_STATEMENT = 1_000;

    /** A list of {@link MemberSheet#MOST} takes some seconds, and nobody waits for its rows. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ListMapper mapper;
    private final Changes changes;
    private final Works works;
    private final Clock clock;
    private final Semaphore reading = new Semaphore(1, true);

    Lists(ListMapper mapper, Changes changes, Works works, Clock clock) {
        this.mapper = mapper;
        this.changes = changes;
        this.works = works;
        this.clock = clock;
    }

    /** By their ids; what is of no list is left out. */
    public Map<Long, EligibilityList> of(Collection<Long> ids) {
        return ids.isEmpty()
                ? Map.of()
                : mapper.selectByIds(ids).stream()
                        .map(EligibilityList::of)
                        .collect(Collectors.toMap(EligibilityList::id, list -> list));
    }

    /** The latest first, those before an id. */
    public List<EligibilityList> page(long before, int most) {
        return mapper.page(before, most).stream().map(EligibilityList::of).toList();
    }

    /** Those that are being taken, and those that came to nothing lately. */
    List<Work> beingTaken() {
        return works.latest(KIND);
    }

    /** Of these ids, those of lists on which nobody has an account. */
    public Set<Long> ofNobody(Collection<Long> ids) {
        var nobody = new HashSet<>(ids);
        if (!nobody.isEmpty()) {
            nobody.removeAll(new HashSet<>(mapper.somebodyOn(nobody)));
        }
        return nobody;
    }

    /**
     * A list as its own page shows it.
     *
     * @param withoutAccount how many on it could not buy yet
     * @param uses the latest promos that have an item for it
     */
    record Detail(EligibilityList list, int withoutAccount, List<ListMapper.Use> uses) {}

    /** @throws Refusal 404 */
    Detail detail(long id) {
        return new Detail(get(id), mapper.withoutAccount(id), mapper.uses(id));
    }

    boolean has(long id, String user) {
        return mapper.has(id, user);
    }

    /** A file that is not in memory yet. */
    interface Source {

        byte[] read() throws IOException;
    }

    /**
     * Reads a sheet, one at a time: a large one takes some 60 MB of a heap of 256.
     *
     * @throws Refusal 400 as {@link MemberSheet} says; 503 LIST_BUSY
     */
    MemberSheet read(Source file) {
        try {
            if (!reading.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw Refusal.busy("LIST_BUSY", "Others send lists at this moment.");
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw Refusal.busy("LIST_BUSY", "The service is being stopped.");
        }
        try {
            return MemberSheet.read(file.read());
        } catch (IOException unreadable) {
            throw Refusal.invalid("LIST_UNREADABLE", "file", "It cannot be read.");
        } finally {
            reading.release();
        }
    }

    /**
     * Keeps one.
     *
     * @return where to send who asked for it
     * @throws Refusal 400 LIST_NAME, 503 WORK_BUSY
     */
    String keep(Actor actor, String name, MemberSheet sheet) {
        var row = new ListRow();
        row.name = named(name);
        row.members = sheet.users().size();
        row.keptBy = actor.name();
        row.keptAt = clock.instant().atOffset(ZoneOffset.UTC).toLocalDateTime();
        return works.begin(KIND, row.name, actor.name(), row.members, progress -> keep(actor, row, sheet, progress));
    }

    private void keep(Actor actor, ListRow row, MemberSheet sheet, Progress progress) {
        changes.make(actor, PATIENCE, () -> {
            row.id = null; // the attempt before this one may have left its id
            progress.at(0);
            mapper.insert(row);
            List<String> users = List.copyOf(sheet.users());
            for (int from = 0; from < users.size(); from += A_STATEMENT) {
                int to = Math.min(users.size(), from + A_STATEMENT);
                mapper.members(row.id(), users.subList(from, to));
                progress.at(to);
            }
            progress.done("/lists/" + row.id() + "?done=KEPT" + (sheet.twice() > 0 ? "&twice=" + sheet.twice() : ""));
            return new Made<>(
                    row.id(),
                    new Made.Entry("LIST_KEPT", subject(row.id()), Map.of("name", row.name, "members", row.members)));
        });
    }

    /** @throws Refusal 404, 409 LIST_USED where an item is for it */
    void delete(Actor actor, long id) {
        EligibilityList list = get(id);
        if (!mapper.uses(id).isEmpty()) {
            throw used();
        }
        try {
            changes.make(actor, PATIENCE, () -> {
                int forgotten;
                do {
                    forgotten = mapper.forgetMembers(id, 10 * A_STATEMENT);
                } while (forgotten > 0);
                if (mapper.deleteById(id) == 0) {
                    throw unknown(id);
                }
                return new Made<>(
                        id,
                        new Made.Entry(
                                "LIST_DELETED", subject(id), Map.of("name", list.name(), "members", list.members())));
            });
        } catch (DataIntegrityViolationException meanwhile) {
            throw used();
        }
    }

    private static Refusal used() {
        return Refusal.conflict("LIST_USED", null, "A promo has an item for who is on it.");
    }

    private EligibilityList get(long id) {
        @Nullable ListRow row = mapper.selectById(id);
        if (row == null) {
            throw unknown(id);
        }
        return EligibilityList.of(row);
    }

    private static Refusal unknown(long id) {
        return Refusal.unknown("UNKNOWN_LIST", "There is no list " + id + ".");
    }

    private static String named(String name) {
        String words = name.strip();
        boolean clean = words.codePoints().noneMatch(Character::isISOControl);
        if (words.isEmpty() || words.codePointCount(0, words.length()) > MOST_OF_A_NAME || !clean) {
            throw Refusal.invalid("LIST_NAME", "name", "It needs a name of 1 to 120 characters.");
        }
        return words;
    }

    private static String subject(long id) {
        return "list:" + id;
    }
}
