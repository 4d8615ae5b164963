package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.health.Condition;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Whether Redis answers. */
@Component
final class RedisWatch extends Loop implements Condition {

    private static final Duration STALE = Duration.ofMillis(1500);

    private final RedisLink link;
    private volatile long answeredAt = System.nanoTime() - STALE.toNanos();

    RedisWatch(RedisLink link) {
        super("redis-watch", Duration.ofMillis(250));
        this.link = link;
    }

    @Override
    protected void run() {
        RedisLink.await(link.commands().ping());
        answeredAt = System.nanoTime();
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public @Nullable String problem() {
        return System.nanoTime() - answeredAt < STALE.toNanos() ? null : "Redis does not answer";
    }
}
