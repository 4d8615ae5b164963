package io.flashsale.backend.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints the sentence of a {@link BadSetting} instead of a stack trace. */
final class BadSettingAnalyzer extends AbstractFailureAnalyzer<BadSetting> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BadSetting cause) {
        return new FailureAnalysis(cause.getMessage() == null ? "" : cause.getMessage(), null, cause);
    }
}
