package io.flashsale.cms.preview;

import java.time.Instant;
import java.time.ZoneOffset;

/** A link that opens something until its end. */
record Preview(long id, String name, String madeBy, Instant madeAt, Instant endsAt) {

    static Preview of(PreviewMapper.Stored row) {
        return new Preview(
                row.id(),
                row.name(),
                row.madeBy(),
                row.madeAt().toInstant(ZoneOffset.UTC),
                row.endsAt().toInstant(ZoneOffset.UTC));
    }
}
