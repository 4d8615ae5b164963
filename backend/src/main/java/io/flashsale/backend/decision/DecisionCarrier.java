package io.flashsale.backend.decision;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.stock.RedisLink;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Carries what the edges answered from Redis to MySQL: any number of backends may do it at once, and again. It is a trail for support,
 * and nothing rests on it: what Redis loses before it is carried is lost.
 */
@Component
final class DecisionCarrier extends Loop {

    private static final String STREAM = "fs:decisions";

    /** Reports in one read, each of some hundred lines. */
    private static final int PAGE = 50;

    private static final int ROWS_AT_ONCE = 500;
    private static final int DAYS_KEPT = 7;
    private static final long ROWS_KEPT = 1_000_000;
    private static final int FORGOTTEN_AT_ONCE = 5_000;
    private static final long FORGOTTEN_EVERY = Duration.ofMinutes(1).toNanos();

    private final RedisLink link;
    private final DecisionMapper decisions;
    private String last = "0-0";
    private long forgotAt = System.nanoTime() - FORGOTTEN_EVERY;

    DecisionCarrier(RedisLink link, DecisionMapper decisions) {
        super("decision-carrier", Duration.ofSeconds(1));
        this.link = link;
        this.decisions = decisions;
    }

    @Override
    protected void run() {
        while (carry()) {
            // until nothing is left
        }
        if (System.nanoTime() - forgotAt > FORGOTTEN_EVERY) {
            forgotAt = System.nanoTime();
            while (decisions.forgetOlder(DAYS_KEPT, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE
                    || decisions.forgetBut(ROWS_KEPT, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE) {
                // until nothing is left
            }
        }
    }

    private boolean carry() {
        List<StreamMessage<String, String>> page = RedisLink.await(link.commands()
                .xrange(STREAM, Range.from(Boundary.excluding(last), Boundary.unbounded()), Limit.from(PAGE)));
        var told = new ArrayList<Decision>();
        for (StreamMessage<String, String> message : page) {
            String id = message.getId();
            told.addAll(Decision.parse(
                    message.getBody().getOrDefault("node", ""),
                    Long.parseLong(id.substring(0, id.indexOf('-'))),
                    message.getBody().getOrDefault("report", "")));
        }
        for (int from = 0; from < told.size(); from += ROWS_AT_ONCE) {
            decisions.keep(told.subList(from, Math.min(told.size(), from + ROWS_AT_ONCE)));
        }
        if (!page.isEmpty()) {
            last = page.get(page.size() - 1).getId();
        }
        return page.size() == PAGE;
    }
}
