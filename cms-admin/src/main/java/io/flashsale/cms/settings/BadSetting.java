package io.flashsale.cms.settings;

/** A setting the service cannot start with. The message is a sentence that names it and says what to do. */
public final class BadSetting extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BadSetting(String sentence) {
        super(sentence);
    }
}
