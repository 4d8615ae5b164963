package io.flashsale.backend.answers;

import io.flashsale.backend.answers.AnswerMapper.Total;
import io.flashsale.backend.background.Loop;
import io.flashsale.backend.stock.RedisLink;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * Carries what each edge node has counted from Redis to MySQL, as totals: any number of backends may do it at once, and again.
 * Nothing rests on it but what a settlement says of refusals; what Redis loses before it is carried, the edge tells again.
 */
@Component
final class AnswerCarrier extends Loop {

    private static final String TOLD = "fs:answers";

    private static final int PAGE = 1000;

    /** An edge tells every two seconds. One that was silent so long is gone, and what it counted is in MySQL. */
    private static final long GONE_MS = Duration.ofHours(1).toMillis();

    private static final Pattern INCARNATION = Pattern.compile("[A-Za-z0-9._-]{1,64}-[0-9a-f]{16}");
    private static final Pattern FIELD = Pattern.compile("([1-9][0-9]{0,17}):([A-Z_]{1,32})");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");

    private final RedisLink link;
    private final AnswerMapper answers;

    /** What is in MySQL by this backend's doing, so that only what grew is written. */
    private final Map<String, Map<String, Long>> carried = new HashMap<>();

    AnswerCarrier(RedisLink link, AnswerMapper answers) {
        super("answer-carrier", Duration.ofSeconds(2));
        this.link = link;
        this.answers = answers;
    }

    @Override
    protected void run() {
        long now = 1000 * Long.parseLong(RedisLink.await(link.commands().time()).get(0));
        // The times before the totals: these are at least as new.
        Map<String, String> told = RedisLink.await(link.commands().hgetall(TOLD));
        carried.keySet().retainAll(told.keySet());
        told.forEach((incarnation, at) -> {
            if (INCARNATION.matcher(incarnation).matches() && NUMBER.matcher(at).matches()) {
                carry(incarnation);
                answers.counted(incarnation, Long.parseLong(at));
                if (now - Long.parseLong(at) > GONE_MS) {
                    forget(incarnation);
                }
            }
        });
    }

    private void carry(String incarnation) {
        var known = carried.computeIfAbsent(incarnation, first -> new HashMap<>());
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            MapScanCursor<String, String> page =
                    RedisLink.await(link.commands().hscan(totals(incarnation), cursor, ScanArgs.Builder.limit(PAGE)));
            cursor = page;
            List<Total> grown = grown(page.getMap(), known);
            for (int from = 0; from < grown.size(); from += PAGE) {
                answers.keep(incarnation, grown.subList(from, Math.min(grown.size(), from + PAGE)));
            }
            grown.forEach(each -> known.put(each.itemId() + ":" + each.code(), each.total()));
        } while (!cursor.isFinished());
    }

    /** In the order of the primary key, in which two backends then lock. What no edge writes is passed over. */
    private static List<Total> grown(Map<String, String> page, Map<String, Long> known) {
        var grown = new ArrayList<Total>();
        page.forEach((field, value) -> {
            var name = FIELD.matcher(field);
            if (name.matches() && NUMBER.matcher(value).matches()) {
                long total = Long.parseLong(value);
                if (total > known.getOrDefault(field, 0L)) {
                    grown.add(new Total(Long.parseLong(name.group(1)), name.group(2), total));
                }
            }
        });
        grown.sort(Comparator.comparingLong(Total::itemId).thenComparing(Total::code));
        return grown;
    }

    private void forget(String incarnation) {
        RedisLink.await(link.commands().unlink(totals(incarnation)));
        RedisLink.await(link.commands().hdel(TOLD, incarnation));
        carried.remove(incarnation);
    }

    private static String totals(String incarnation) {
        return TOLD + ":" + incarnation;
    }
}
