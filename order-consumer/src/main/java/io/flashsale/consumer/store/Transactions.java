package io.flashsale.consumer.store;

import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs a piece of work in one transaction, at READ COMMITTED.
 *
 * <p>Order of locks, for everyone who writes orders: first the rows of {@code promo_item} by id, then the rows of {@code orders} by id. An
 * item's row is so the lock of everything about the item. The backend and the CMS lock one item's row and no order. Deadlocks with what is
 * not known here stay possible and are retried.
 */
@Component
public class Transactions {

    /** A command's caller waits: three tries outlast a deadlock, not an outage. */
    private static final int COMMAND_TRIES = 3;

    private final TransactionTemplate template;

    Transactions(PlatformTransactionManager manager) {
        this.template = new TransactionTemplate(manager);
    }

    /** Once; the caller knows what to do about a failure. */
    public <T> T once(Supplier<T> work) {
        T result = template.execute(status -> work.get());
        if (result == null) {
            throw new IllegalStateException("a transaction's work must return something");
        }
        return result;
    }

    /** Again after a failure of the infrastructure or a lost race for a key, a few times; then the last failure. */
    public <T> T retrying(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(work);
            } catch (RuntimeException failure) {
                if (attempt == COMMAND_TRIES || Fault.of(failure) == Fault.DATA) {
                    throw failure;
                }
            }
        }
    }
}
