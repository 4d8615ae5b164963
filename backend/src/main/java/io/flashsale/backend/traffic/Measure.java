package io.flashsale.backend.traffic;

/** What a rule counts of an address, a network or an account. */
enum Measure {
    REQUESTS("requests"),
    THROTTLED("requests that came too soon"),
    FAILED("requests with a forged session or another's identity"),
    MALFORMED("malformed requests"),
    /** Accounts of an address or a network; addresses of an account. */
    PARTNERS("accounts, or addresses of one account,");

    private final String words;

    Measure(String words) {
        this.words = words;
    }

    /** As the blacklist says it to support. */
    String words() {
        return words;
    }
}
