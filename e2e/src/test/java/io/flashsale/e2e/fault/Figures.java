package io.flashsale.e2e.fault;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.client.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one fault cost, as buyers and a watcher saw it. All times in milliseconds; -1 where it did not happen.
 *
 * @param commit what was tested, with -dirty where it was changed since
 * @param noticedMs from the strike to the first {@code /readyz} that said no, and {@code noticedBy} whose
 * @param recoveredMs from the healing to the last error that a buyer saw, or to the last {@code /readyz} that said no
 * @param worst the part of the requests of the worst second that ended in an error
 * @param errors requests that ended in "try again" ({@code BUSY}, {@code NOT_READY}), in "not known yet" ({@code PENDING}), or in none
 * @param before the 99th percentile of the answer's time before the strike, {@code during} from there until it had recovered
 */
record Figures(
        String fault,
        String cases,
        String commit,
        String at,
        long noticedMs,
        String noticedBy,
        long recoveredMs,
        double worst,
        long errors,
        long requests,
        long before,
        long during) {

    /** A second with fewer requests says nothing of a rate. */
    private static final int ENOUGH = 20;

    private static final Duration AT_LEAST = Duration.ofSeconds(2);

    static Figures of(String fault, String cases, String commit, Run run, Watch watch, Instant struck, Instant healed) {
        List<Attempt> after = run.attempts().stream()
                .filter(attempt -> !end(attempt).isBefore(struck))
                .toList();
        Instant lastError = after.stream()
                .filter(Figures::error)
                .map(Figures::end)
                .max(Instant::compareTo)
                .orElse(struck);
        Instant lastNotReady = watch.lastNotReady().map(Watch.Look::at).orElse(struck);
        Instant recovered = Stream.of(lastError, lastNotReady, healed)
                .max(Instant::compareTo)
                .orElseThrow();
        Instant window = Stream.of(recovered, struck.plus(AT_LEAST))
                .max(Instant::compareTo)
                .orElseThrow();
        List<Attempt> during = after.stream()
                .filter(attempt -> !attempt.invokedAt().isAfter(window))
                .toList();
        var noticed = watch.firstNotReady(struck);
        return new Figures(
                fault,
                cases,
                commit,
                struck.toString(),
                noticed.map(look -> Duration.between(struck, look.at()).toMillis())
                        .orElse(-1L),
                noticed.map(Watch.Look::part).orElse(""),
                Duration.between(healed, recovered).toMillis(),
                worst(during),
                during.stream().filter(Figures::error).count(),
                during.size(),
                percentile(run.attempts().stream()
                        .filter(attempt -> end(attempt).isBefore(struck))
                        .toList()),
                percentile(during));
    }

    private static boolean error(Attempt attempt) {
        if (attempt.outcome() instanceof Attempt.Outcome.Lost lost && lost.why().startsWith(Shop.HUNG_UP)) {
            return false;
        }
        String code = attempt.code();
        return code == null || code.equals("PENDING") || code.equals("BUSY") || code.equals("NOT_READY");
    }

    private static Instant end(Attempt attempt) {
        return Objects.requireNonNullElse(attempt.completedAt(), attempt.invokedAt());
    }

    private static double worst(List<Attempt> attempts) {
        Map<Long, List<Attempt>> seconds = attempts.stream()
                .collect(Collectors.groupingBy(attempt -> attempt.invokedAt().getEpochSecond()));
        return seconds.values().stream()
                .filter(second -> second.size() >= ENOUGH)
                .mapToDouble(second ->
                        (double) second.stream().filter(Figures::error).count() / second.size())
                .max()
                .orElse(0);
    }

    private static long percentile(List<Attempt> attempts) {
        long[] sorted = attempts.stream()
                .mapToLong(attempt ->
                        Duration.between(attempt.invokedAt(), end(attempt)).toMillis())
                .sorted()
                .toArray();
        return sorted.length == 0 ? -1 : sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))];
    }
}
