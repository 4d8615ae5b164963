package io.flashsale.backend.sms;

/** Sends a short text to a phone. */
public interface SmsSender {

    /**
     * The caller waits: up to 4 s for a gateway over HTTP, up to 4 s for each word of a mail server.
     *
     * @param phone as E.164, {@code +8613800138000}
     * @throws SmsFailure if the gateway did not say that it has the text; it may have it all the same
     */
    void send(String phone, String text) throws SmsFailure;

    /** The gateway did not take a text, or did not say so. */
    class SmsFailure extends Exception {
        private static final long serialVersionUID = 1L;

        SmsFailure(String what) {
            super(what);
        }

        SmsFailure(String what, Throwable cause) {
            super(what, cause);
        }
    }
}
