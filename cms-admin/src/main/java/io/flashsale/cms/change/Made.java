package io.flashsale.cms.change;

import java.util.List;
import java.util.Map;

/**
 * What a change's transaction made: its result, and what the audit log says of it.
 *
 * @param entries one for each thing that was done, at least one
 */
public record Made<T>(T result, List<Entry> entries) {

    public Made {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a change without an audit entry");
        }
    }

    public Made(T result, Entry entry) {
        this(result, List.of(entry));
    }

    /**
     * One row of the audit log.
     *
     * @param action what was done, in the past tense, for example {@code PROMO_PUBLISHED}
     * @param subject to what, for example {@code promo:12}
     */
    public record Entry(String action, String subject, Map<String, ?> detail) {}
}
