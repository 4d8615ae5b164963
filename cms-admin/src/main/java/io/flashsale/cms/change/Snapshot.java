package io.flashsale.cms.change;

import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Several reads of one moment. Nothing can be changed in it, so there is nothing to audit. */
@Component
public class Snapshot {

    private final TransactionTemplate transaction;

    Snapshot(PlatformTransactionManager transactions) {
        transaction = new TransactionTemplate(transactions);
        transaction.setReadOnly(true);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    public <T> T read(Supplier<T> reads) {
        return Objects.requireNonNull(transaction.execute(status -> reads.get()));
    }
}
