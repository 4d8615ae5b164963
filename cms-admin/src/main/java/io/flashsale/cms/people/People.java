package io.flashsale.cms.people;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.change.Made.Entry;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/** Who works here, and who may come in. Whatever changes a person ends their sessions, by {@link Person#stamp}. */
@Service
public class People {

    /** Wrong passwords in a row, after which the account rests. */
    static final int MOST_FAILED = 5;

    static final Duration REST = Duration.ofMinutes(15);

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{1,31}");

    /** As the audit log calls those who are no person. */
    private static final List<String> TAKEN = List.of("operator", "system");

    private final PersonMapper mapper;
    private final Passwords passwords;
    private final Changes changes;
    private final Clock clock;

    People(PersonMapper mapper, Passwords passwords, Changes changes, Clock clock) {
        this.mapper = mapper;
        this.passwords = passwords;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * A person and the password that was made for them, which is told this once.
     */
    public record Admitted(Person person, String password) {}

    public List<Person> all() {
        return mapper.all().stream().map(Person::of).toList();
    }

    public Optional<Person> find(long id) {
        return Optional.ofNullable(mapper.selectById(id)).map(Person::of);
    }

    /** With a password that is good for choosing another. */
    public Admitted add(Actor actor, @Nullable String name, Role role) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw Refusal.invalid("NAME_ODD", "name", "A name is 2 to 32 of a-z 0-9 . _ -, beginning with a letter.");
        }
        if (TAKEN.contains(name)) {
            throw Refusal.invalid("NAME_KEPT", "name", "The audit log uses this name itself.");
        }
        String password = passwords.made();
        var row = new PersonRow();
        row.name = name;
        row.passwordHash = passwords.hash(password);
        row.role = role;
        row.createdAt = now();
        return changes.make(actor, () -> {
            row.id = null; // the attempt before this one may have left its id
            try {
                mapper.insert(row);
            } catch (DuplicateKeyException taken) {
                throw Refusal.conflict("NAME_TAKEN", "name", "There is somebody called " + name + " already.");
            }
            return new Made<>(
                    new Admitted(Person.of(row), password),
                    new Entry("PERSON_ADDED", subject(row), Map.of("role", role)));
        });
    }

    /** Another password, made here: for who has forgotten theirs, or is locked out. */
    public Admitted reset(Actor actor, long id) {
        String password = passwords.made();
        String hash = passwords.hash(password);
        return changes.make(actor, () -> {
            PersonRow row = lock(id);
            mapper.password(id, hash, true);
            return new Made<>(
                    new Admitted(Person.of(reread(id)), password), new Entry("PASSWORD_RESET", subject(row), Map.of()));
        });
    }

    /**
     * @param stamp of the person, as whoever decides this has seen them
     * @throws Refusal CHANGED_MEANWHILE; LAST_ADMINISTRATOR, where nobody would be left to change it back
     */
    public Person become(Actor actor, long id, int stamp, Role role, Person.State state) {
        Person seen = find(id).orElseThrow(() -> Refusal.unknown("UNKNOWN_PERSON", "There is no person " + id + "."));
        if (seen.role() == role && seen.state() == state && seen.stamp() == stamp) {
            return seen;
        }
        return changes.make(actor, () -> {
            List<Long> administrators = mapper.lockAdministrators();
            PersonRow row = lock(id);
            if (row.stamp != stamp) {
                throw Refusal.conflict("CHANGED_MEANWHILE", null, "Somebody changed this account meanwhile.");
            }
            boolean stays = role == Role.ADMINISTRATOR && state == Person.State.ACTIVE;
            if (!stays && administrators.equals(List.of(id))) {
                throw Refusal.conflict("LAST_ADMINISTRATOR", "role", row.name + " is the only administrator there is.");
            }
            mapper.become(id, role, state);
            return new Made<>(
                    Person.of(reread(id)),
                    new Entry(
                            "PERSON_CHANGED",
                            subject(row),
                            Map.of("role", role, "state", state, "was", row.role + " " + row.state)));
        });
    }

    /** Their own, with the one they have. Who was here by the old one, elsewhere, is so no longer. */
    public Person choose(Person person, String old, String chosen) {
        PersonRow row = mapper.selectById(person.id());
        LocalDateTime now = now();
        boolean locked = row != null && row.lockedUntil != null && row.lockedUntil.isAfter(now);
        if (row == null || locked || !passwords.matches(old, row.passwordHash)) {
            if (row != null) {
                mapper.failed(row.id(), MOST_FAILED, now, now.plus(REST));
            }
            throw Refusal.invalid("PASSWORD_WRONG", "old", "This is not the password that you have now.");
        }
        passwords.require(chosen, row.name);
        if (chosen.equals(old)) {
            throw Refusal.invalid("PASSWORD_SAME", "password", "The new password must be another one.");
        }
        String hash = passwords.hash(chosen);
        return changes.make(new Actor(row.name), () -> {
            if (lock(person.id()).stamp != row.stamp) {
                throw Refusal.conflict(
                        "CHANGED_MEANWHILE", null, "Somebody changed this account meanwhile. Please log in again.");
            }
            mapper.password(row.id(), hash, false);
            return new Made<>(Person.of(reread(row.id())), new Entry("PASSWORD_CHANGED", subject(row), Map.of()));
        });
    }

    /** Who has this name and this password, and may come in. Why somebody may not is not said. */
    public Optional<Person> enter(String given, String password) {
        PersonRow row = mapper.named(given.strip().toLowerCase(Locale.ROOT));
        boolean right = passwords.matches(password, row == null ? null : row.passwordHash);
        if (row == null) {
            return Optional.empty();
        }
        LocalDateTime now = now();
        if (!right) {
            mapper.failed(row.id(), MOST_FAILED, now, now.plus(REST));
            return Optional.empty();
        }
        // Of many that came at once some may have locked it meanwhile.
        if (mapper.entered(row.id(), row.stamp, now) == 0) {
            return Optional.empty();
        }
        // With the stamp that this password belongs to, whatever has come since.
        return Optional.of(Person.of(row));
    }

    private PersonRow lock(long id) {
        PersonRow row = mapper.lock(id);
        if (row == null) {
            throw Refusal.unknown("UNKNOWN_PERSON", "There is no person " + id + ".");
        }
        return row;
    }

    private PersonRow reread(long id) {
        PersonRow row = mapper.selectById(id);
        if (row == null) {
            throw new IllegalStateException("nobody deletes people");
        }
        return row;
    }

    private LocalDateTime now() {
        return LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static String subject(PersonRow row) {
        return "person:" + row.name;
    }
}
