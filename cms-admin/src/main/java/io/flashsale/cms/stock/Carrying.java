package io.flashsale.cms.stock;

import io.flashsale.cms.settings.CmsSettings;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Waits until another service has carried out what was written here: a change to Redis, or what somebody decided. The change is committed by then: a database that fails meanwhile, or
 * patience that runs out, means "not seen to be carried", never an error.
 */
@Component
public class Carrying {

    private static final Logger log = LoggerFactory.getLogger(Carrying.class);

    /** The backend looks every 100 ms; asking twice as often adds 50 ms at most. */
    private static final Duration POLL = Duration.ofMillis(50);

    private final Duration patience;

    Carrying(CmsSettings settings) {
        this.patience = settings.carryWait();
    }

    /** @param what for the log, for example {@code effects [7, 8]} */
    public boolean await(String what, BooleanSupplier carried) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                if (carried.getAsBoolean()) {
                    return true;
                }
            } catch (DataAccessException fault) {
                log.warn("cannot see whether {} was carried", what, fault);
                return false;
            }
            if (System.nanoTime() >= deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
