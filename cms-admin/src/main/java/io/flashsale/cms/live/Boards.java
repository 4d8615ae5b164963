package io.flashsale.cms.live;

import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.promo.Promos;
import io.flashsale.cms.web.Refusal;
import jakarta.annotation.PostConstruct;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Reads each promo that somebody looks at once a second, however many look, and tells them all. A page that is told nothing for
 * some seconds knows that it is not live: nothing is sent where MySQL is away.
 */
@Component
class Boards {

    private static final Logger log = LoggerFactory.getLogger(Boards.class);

    /** Fewer than the connections that the server takes. */
    private static final int MOST = 100;

    private static final Duration SOON = Duration.ofMinutes(1);

    private static final Duration ORDERS_KEPT = Duration.ofSeconds(5);

    /** Then the page asks anew, and whoever may no longer look is turned away. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final long RECONNECT_MS = 250;

    private final Promos promos;
    private final LiveMapper mapper;
    private final Clock clock;
    private final Map<Long, Counted> counted = new ConcurrentHashMap<>();
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor(named("boards"));
    private final ExecutorService telling = Executors.newCachedThreadPool(named("boards-telling"));
    private boolean failing;

    Boards(Promos promos, LiveMapper mapper, Clock clock) {
        this.promos = promos;
        this.mapper = mapper;
        this.clock = clock;
    }

    private record Counted(Board.Orders orders, Instant at) {}

    /** Somebody who looks at a promo; who has not taken in one second what was told in the one before is let go. */
    private record Watcher(long promo, SseEmitter emitter, Instant until, AtomicBoolean busy) {}

    @PostConstruct
    void start() {
        clockwork.scheduleAtFixedRate(this::tell, 1, 1, TimeUnit.SECONDS);
    }

    /** Begins with how it stands now. */
    SseEmitter watch(long promo) {
        Board board = read(promo);
        if (watchers.size() >= MOST) {
            throw Refusal.busy("CROWDED", "Too many are looking.");
        }
        var emitter = new SseEmitter(2 * LONGEST.toMillis());
        var watcher = new Watcher(promo, emitter, board.at().plus(LONGEST), new AtomicBoolean());
        emitter.onCompletion(() -> watchers.remove(watcher));
        watchers.add(watcher);
        send(watcher, SseEmitter.event().reconnectTime(RECONNECT_MS).data(board));
        return emitter;
    }

    private void tell() {
        try {
            var boards = new HashMap<Long, Board>();
            for (Watcher watcher : watchers) {
                Board board = boards.computeIfAbsent(watcher.promo(), this::read);
                if (!watcher.until().isBefore(board.at()) && watcher.busy().compareAndSet(false, true)) {
                    telling.execute(() -> send(watcher, SseEmitter.event().data(board)));
                } else if (watchers.remove(watcher)) {
                    // Not here: it waits for a send that is under way.
                    telling.execute(watcher.emitter()::complete);
                }
            }
            failing = false;
        } catch (RuntimeException fault) {
            if (!failing) {
                log.warn("boards cannot be read; pages that look show that they are not live", fault);
            }
            failing = true;
        }
    }

    private Board read(long promo) {
        Instant now = clock.instant();
        PromoView view = promos.get(promo);
        return new Board(
                now,
                view.phase(now),
                view.items().stream()
                        .map(item -> new Board.Item(
                                item.sku(), item.available(), item.held(), item.sold(), item.published()))
                        .toList(),
                mapper.expiring(promo, now.plus(SOON).atOffset(ZoneOffset.UTC).toLocalDateTime()),
                mapper.answers(promo),
                orders(promo, now),
                mapper.queue());
    }

    /** Counting them costs with their number. */
    private Board.Orders orders(long promo, Instant now) {
        counted.values().removeIf(old -> old.at().isBefore(now.minus(ORDERS_KEPT)));
        return counted.computeIfAbsent(promo, id -> new Counted(mapper.orders(id), now))
                .orders();
    }

    private void send(Watcher watcher, SseEmitter.SseEventBuilder event) {
        try {
            watcher.emitter().send(event);
            watcher.busy().set(false);
        } catch (IOException | IllegalStateException gone) {
            watchers.remove(watcher);
        }
    }

    /** So that a server that stops does not wait for those who look. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        clockwork.shutdownNow();
        watchers.forEach(watcher -> watcher.emitter().complete());
        telling.shutdown();
    }

    private static ThreadFactory named(String name) {
        return task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
