package io.flashsale.consumer.settings;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints the sentence of a {@link BadSetting} in place of a stack trace. Registered in {@code META-INF/spring.factories}. */
final class BadSettingAnalyzer extends AbstractFailureAnalyzer<BadSetting> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BadSetting cause) {
        String sentence = cause.getMessage();
        return new FailureAnalysis(sentence == null ? "A setting is wrong." : sentence, null, cause);
    }
}
