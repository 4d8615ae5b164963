package io.flashsale.cms.promo;

import io.flashsale.cms.settings.CmsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What this installation was measured to bear, by the latest report of {@code ./flashsale bench}. */
@Component
class Capacity {

    private static final Logger log = LoggerFactory.getLogger(Capacity.class);

    private static final JsonMapper JSON = new JsonMapper();

    /** Of a crowd that comes at once, as an opening brings it, every part under load. */
    private static final String CROWD = "refusals in a stampede";

    /** Whoever is told this was too many. */
    private static final String TOO_MANY = "BUSY";

    private final String report;
    private volatile boolean unreadable;

    Capacity(CmsSettings settings) {
        this.report = settings.benchReport();
    }

    /**
     * @param perSecond buyers who came, of whom each had an answer; or, where some were told that the shop is busy, those who had another
     * @param day on which that was measured, UTC
     */
    record Measured(double perSecond, LocalDate day) {}

    /** Null where nothing is known. */
    @Nullable
    Measured last() {
        if (report.isEmpty()) {
            return null;
        }
        try {
            JsonNode root = JSON.readTree(Files.readString(Path.of(report)));
            // The title ends with the day.
            LocalDate day = LocalDate.parse(root.path("title").asString().replaceFirst(".*, ", ""));
            double perSecond = root.path("series")
                    .valueStream()
                    .filter(series -> series.path("name").asString().equals(CROWD))
                    .mapToDouble(Capacity::borne)
                    .findFirst()
                    .orElse(0);
            unreadable = false;
            return perSecond > 0 ? new Measured(perSecond, day) : null;
        } catch (NoSuchFileException never) {
            return null;
        } catch (IOException | JacksonException | DateTimeParseException fault) {
            if (!unreadable) { // once, until it can be read again
                log.warn("{} is no report of the benchmarks: {}", report, fault.toString());
            }
            unreadable = true;
            return null;
        }
    }

    private static double borne(JsonNode series) {
        double[] came = series.path("offeredPerSecond")
                .valueStream()
                .mapToDouble(each -> each.asDouble(0))
                .sorted()
                .toArray();
        return came.length == 0 || series.path("codes").has(TOO_MANY)
                ? series.path("median").asDouble(0)
                : came[came.length / 2];
    }
}
