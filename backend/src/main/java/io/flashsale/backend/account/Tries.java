package io.flashsale.backend.account;

import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.web.Refusal;
import io.lettuce.core.ExpireArgs;
import io.lettuce.core.RedisException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Counts tries in windows that begin with the first of them, for all backends together, in Redis: {@code fs:tries:<what>:<who>}. A Redis
 * that is lost forgives what was tried; one that is away lets nothing pass.
 */
@Component
final class Tries {

    private static final Logger LOG = LoggerFactory.getLogger(Tries.class);

    private final RedisLink link;

    Tries(RedisLink link) {
        this.link = link;
    }

    /** @throws Refusal TOO_MANY_TRIES, with when to come again, if there were as many in this window already */
    void take(String what, String who, int most, Duration window) {
        if (!within(what, who, most, window)) {
            long left = RedisLink.await(link.commands().ttl(key(what, who)));
            throw Refusal.tooManyTries(Math.max(1, left));
        }
    }

    /** Counts one more; false if there were as many in this window already. */
    boolean within(String what, String who, int most, Duration window) {
        return add(what, who, 1, window) <= most;
    }

    /** Counts one less: what was right was no try. It is done already, so a Redis that is away changes nothing. */
    void forgive(String what, String who, Duration window) {
        try {
            add(what, who, -1, window);
        } catch (RedisException e) {
            LOG.debug("a try that was right counts as one", e);
        }
    }

    /** How many there were in this window. */
    long count(String what, String who) {
        String number = RedisLink.await(link.commands().get(key(what, who)));
        return number == null ? 0 : Long.parseLong(number);
    }

    private long add(String what, String who, int number, Duration window) {
        String key = key(what, who);
        var commands = link.commands();
        var counted = commands.incrby(key, number);
        // A window that has begun goes on.
        RedisLink.await(commands.expire(key, window, ExpireArgs.Builder.nx()));
        return RedisLink.await(counted);
    }

    private static String key(String what, String who) {
        return "fs:tries:" + what + ":" + who;
    }
}
