package io.flashsale.backend.account;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.stereotype.Component;

/**
 * Says whether a text came from one of our backends: HMAC-SHA256 by a key that is derived from the first session key, and taken from any
 * of them. The use is part of what is sealed, so that nothing passes for something else.
 */
@Component
final class Seal {

    private final KeyRing ring;
    private volatile Derived derived;

    private record Derived(SessionKeys of, ImmutableList<HashFunction> hashes) {

        static Derived from(SessionKeys keys) {
            ImmutableList.Builder<HashFunction> hashes = ImmutableList.builder();
            for (byte[] key : keys.byId().values()) {
                byte[] derived = Hashing.hmacSha256(key)
                        .hashString("flashsale-seal", StandardCharsets.UTF_8)
                        .asBytes();
                hashes.add(Hashing.hmacSha256(derived));
            }
            return new Derived(keys, hashes.build());
        }
    }

    Seal(KeyRing ring) {
        this.ring = ring;
        this.derived = Derived.from(ring.get());
    }

    private ImmutableList<HashFunction> hashes() {
        SessionKeys keys = ring.get();
        Derived made = derived;
        if (made.of() != keys) {
            made = Derived.from(keys);
            derived = made;
        }
        return made.hashes();
    }

    /** In hex. */
    String of(String use, String text) {
        return by(hashes().get(0), use, text);
    }

    boolean isOf(String seal, String use, String text) {
        boolean found = false;
        for (HashFunction function : hashes()) {
            found |= MessageDigest.isEqual(
                    by(function, use, text).getBytes(StandardCharsets.US_ASCII), seal.getBytes(StandardCharsets.UTF_8));
        }
        return found;
    }

    private static String by(HashFunction function, String use, String text) {
        return function.hashString(use + '\0' + text, StandardCharsets.UTF_8).toString();
    }
}
