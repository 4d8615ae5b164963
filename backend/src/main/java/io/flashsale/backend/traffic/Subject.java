package io.flashsale.backend.traffic;

/**
 * Whom an edge counts.
 *
 * @param kind as the edge counts: {@code address} (of IPv6 its /64), {@code network}, {@code account} or {@code session}
 * @param value an address, a network or an id
 */
record Subject(String kind, String value) {

    /** What kind of entry keeps it out. */
    String blacklistKind() {
        return value.indexOf('/') >= 0 ? "network" : kind;
    }
}
