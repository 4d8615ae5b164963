package io.flashsale.cms.eligibility;

import java.time.Instant;
import java.time.ZoneOffset;

/**
 * A list that is kept.
 *
 * @param name for people
 * @param members how many accounts are on it
 */
public record EligibilityList(long id, String name, int members, String keptBy, Instant keptAt) {

    static EligibilityList of(ListRow row) {
        return new EligibilityList(row.id(), row.name, row.members, row.keptBy, row.keptAt.toInstant(ZoneOffset.UTC));
    }
}
