package io.flashsale.cms.people;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who works here.
 *
 * @param name by which they log in
 * @param mustChange their password was made by somebody else, and opens nothing but the page on which to choose another
 * @param stamp rises with each change of password, role or state: what was begun under another has ended
 * @param lockedUntil after too many wrong passwords
 */
public record Person(
        long id,
        String name,
        Role role,
        State state,
        boolean mustChange,
        @JsonIgnore int stamp,
        @Nullable Instant lockedUntil,
        @Nullable Instant lastLogin,
        Instant createdAt) {

    /** Nobody is deleted: the audit log goes on naming them. */
    public enum State {
        ACTIVE,
        DISABLED
    }

    static Person of(PersonRow row) {
        return new Person(
                row.id(),
                row.name,
                row.role,
                row.state,
                row.mustChange,
                row.stamp,
                utc(row.lockedUntil),
                utc(row.lastLogin),
                row.createdAt.toInstant(ZoneOffset.UTC));
    }

    private static @Nullable Instant utc(@Nullable LocalDateTime time) {
        return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }
}
