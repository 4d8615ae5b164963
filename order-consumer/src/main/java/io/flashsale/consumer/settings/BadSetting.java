package io.flashsale.consumer.settings;

/** A setting that stops the start. The text is a whole sentence: which setting, and what is wrong with it. */
public final class BadSetting extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    BadSetting(String sentence) {
        super(sentence);
    }

    BadSetting(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
