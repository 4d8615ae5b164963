package io.flashsale.cms.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** The local operator's token: compared in constant time. */
final class OperatorToken {

    private final byte[] expected;

    OperatorToken(String token) {
        this.expected = digest(token);
    }

    /** Digests are compared, so neither content nor length leaks. */
    boolean is(String candidate) {
        return MessageDigest.isEqual(expected, digest(candidate));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
