package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Renews the lease every second, a fifth of its life. Never grants one: that is the rebuild's. */
@Component
final class LeaseKeeper extends Loop {

    private final Lease lease;
    private final Rebuild rebuild;

    LeaseKeeper(Lease lease, Rebuild rebuild) {
        super("lease-keeper", Duration.ofSeconds(1));
        this.lease = lease;
        this.rebuild = rebuild;
    }

    @Override
    protected void run() {
        try {
            if (!lease.renew()) {
                rebuild.wake();
            }
        } catch (io.lettuce.core.RedisCommandExecutionException e) {
            if (!StockFunctions.missing(e)) {
                throw e;
            }
            rebuild.wake(); // the library is not there: it will be loaded under the lock
        }
    }
}
