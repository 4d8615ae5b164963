package io.flashsale.backend.stock;

import io.flashsale.backend.config.Settings;
import io.flashsale.backend.health.Condition;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What this backend knows of the lease to sell: the nonce that MySQL names, and when Redis last renewed it. The nonce in
 * MySQL lets any backend renew; that a new one is made only under the rebuild's lock keeps two from fighting over it.
 */
@Component
final class Lease implements Condition {

    /** The Redis that sells; there is one. */
    static final String NODE = "main";

    private final ItemMapper items;
    private final StockFunctions functions;
    private final Duration ttl;
    private volatile @Nullable String nonce;
    private volatile long renewedAt;
    private volatile boolean held;
    private volatile boolean needed = true;

    Lease(ItemMapper items, StockFunctions functions, Settings settings) {
        this.items = items;
        this.functions = functions;
        this.ttl = settings.stock().leaseTtl();
    }

    Duration ttl() {
        return ttl;
    }

    /** Renews by the nonce at hand or, if Redis does not know that one, by the one in MySQL. */
    boolean renew() {
        String known = nonce;
        if (known != null && renew(known)) {
            return true;
        }
        String stored = items.nonce(NODE);
        if (stored == null) {
            held = false;
            return false;
        }
        if (stored.equals(known)) {
            held = false;
            return false;
        }
        return renew(stored);
    }

    private boolean renew(String by) {
        long asked = System.nanoTime();
        boolean renewed = "RENEWED".equals(functions.renew(by, ttl));
        if (renewed) {
            nonce = by;
            renewedAt = asked;
        }
        held = renewed;
        return renewed;
    }

    /** A new nonce for a Redis that has lost its lease. Under the rebuild's lock only. */
    String begin(String fresh) {
        items.storeNonce(NODE, fresh);
        nonce = fresh;
        return fresh;
    }

    @Nullable
    String nonce() {
        return nonce;
    }

    void granted(long askedAt) {
        renewedAt = askedAt;
        held = true;
    }

    /** Without any item to sell there is no lease, and nothing is wrong. */
    void needed(boolean anyItem) {
        needed = anyItem;
    }

    boolean held() {
        return held && System.nanoTime() - renewedAt < ttl.toNanos();
    }

    @Override
    public String name() {
        return "lease";
    }

    @Override
    public @Nullable String problem() {
        return held() || !needed ? null : "no lease to sell: Redis is away, or being rebuilt";
    }
}
