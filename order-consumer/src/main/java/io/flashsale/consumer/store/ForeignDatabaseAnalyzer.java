package io.flashsale.consumer.store;

import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A database that holds tables, but never had a migration of ours, is somebody else's: it is left alone, and that is said. */
final class ForeignDatabaseAnalyzer extends AbstractFailureAnalyzer<FlywayException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, FlywayException cause) {
        if (cause.getErrorCode() != CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
            return null;
        }
        return new FailureAnalysis(
                "The database of FLASHSALE_MYSQL_URL is not empty, and what is in it is not Flashsale's. Nothing was changed.",
                "Give Flashsale a database of its own: name another one in FLASHSALE_MYSQL_URL.",
                cause);
    }
}
