package io.flashsale.cms.image;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;

/**
 * A picture that is kept.
 *
 * @param widths of its files, in pixels, ascending
 * @param altZh what it shows, for who does not see it
 * @param published whether shoppers can fetch it
 */
public record Image(
        long id,
        String name,
        List<Integer> widths,
        String altZh,
        String altEn,
        String uploadedBy,
        Instant uploadedAt,
        boolean published) {

    static Image of(ImageRow row) {
        return new Image(
                row.id(),
                row.name,
                Arrays.stream(row.widths.split(",")).map(Integer::valueOf).toList(),
                row.altZh,
                row.altEn,
                row.uploadedBy,
                row.uploadedAt.toInstant(ZoneOffset.UTC),
                row.publishedAt != null);
    }

    /** Where a file of it is, below the address of what shoppers fetch. */
    static String path(String name, int width) {
        return "media/" + name + "-" + width + ".jpg";
    }
}
