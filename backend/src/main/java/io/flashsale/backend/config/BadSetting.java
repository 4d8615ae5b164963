package io.flashsale.backend.config;

/** A setting that stops the start. The text is a whole sentence: which setting, what is wrong, what to do. */
public final class BadSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadSetting(String sentence) {
        super(sentence);
    }

    public BadSetting(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
